from dataclasses import replace

import numpy as np
import pytest

from cbal.errors import InputError
from cbal.pool import state as pools
from cbal.pool.querying import (
    RANDOM,
    candidates_of,
    make_query,
    stream_of,
    usable_strategy,
)
from cbal.pool.state import CLUSTER, INDIVIDUAL
from cbal.strategies.support.calls import load_strategy
from tests.unit.tables import features_file

ENTROPY = "cbal.strategies.entropy:select"


@pytest.fixture
def pool():
    pool = pools.begin_round(pools.initial(np.arange(5)), 1, "reask")
    kind = np.array([0, INDIVIDUAL, CLUSTER, 0, CLUSTER], np.int8)
    return replace(pool, kind=kind)


def test_the_unlabeled_pool_has_no_individual_label(pool):
    assert candidates_of(pool, "individual", "reask", (), None).sample_id.tolist() == [
        0,
        2,
        3,
        4,
    ]
    assert candidates_of(pool, "cluster", "reask", (), None).sample_id.tolist() == [0, 2, 3, 4]


def test_under_keep_a_cluster_label_leaves_clustering_but_not_uncertainty(pool):
    assert candidates_of(pool, "cluster", "keep", (), None).sample_id.tolist() == [0, 3]
    assert candidates_of(pool, "individual", "keep", (), None).sample_id.tolist() == [
        0,
        2,
        3,
        4,
    ]


def test_features_are_found_by_sample(pool, tmp_path):
    ids, feature, probability = [0, 2, 3, 4], np.arange(8).reshape(4, 2), np.eye(4)
    file = features_file(tmp_path / "f.parquet", ids, feature, probability)
    candidates = candidates_of(pool, "cluster", "keep", ["features"], file)
    assert candidates.features.tolist() == [[0, 1], [4, 5]]
    assert candidates.probabilities is None
    candidates = candidates_of(pool, "cluster", "keep", ["probabilities"], file)
    assert candidates.probabilities.tolist() == [[1, 0, 0, 0], [0, 0, 1, 0]]


def test_features_that_lack_a_sample_are_refused(pool, tmp_path):
    file = features_file(tmp_path / "f.parquet", [0, 2, 3], np.zeros((3, 2)))
    with pytest.raises(InputError, match="f.parquet: it lacks samples of the pool"):
        candidates_of(pool, "cluster", "reask", ["features"], file)


def test_without_a_trained_head_uncertain_samples_are_random_ones(pool, capsys):
    untrained = candidates_of(pool, "individual", "reask", (), None)
    assert usable_strategy(ENTROPY, ["probabilities"], untrained) == RANDOM
    assert "drawn at random" in capsys.readouterr().err
    trained = replace(untrained, probabilities=np.eye(4, dtype=np.float32))
    assert usable_strategy(ENTROPY, ["probabilities"], trained) == ENTROPY
    assert usable_strategy("cbal.x:select", ["features"], untrained) == "cbal.x:select"


@pytest.mark.parametrize("need", ["probabilities", "expected_entropy", "variation_ratio"])
def test_a_cold_start_by_centroids(pool, tmp_path, capsys, need):
    """In round 1 the pretrained features exist, and nothing that needs a trained head."""
    file = features_file(tmp_path / "f.parquet", np.arange(5), np.arange(10).reshape(5, 2))
    candidates = candidates_of(pool, "individual", "reask", [need, "features"], file)
    assert candidates.features.tolist() == [[0, 1], [4, 5], [6, 7], [8, 9]]
    address = usable_strategy(ENTROPY, [need], candidates, "centroid")
    assert address == "cbal.strategies.centroid:select"
    assert "nearest to k-means centroids" in capsys.readouterr().err


def test_an_empty_pool_is_no_cold_start(pool, capsys):
    empty = candidates_of(
        replace(pool, kind=np.full(5, INDIVIDUAL, np.int8)), "individual", "reask", (), None
    )
    assert usable_strategy(ENTROPY, ["probabilities"], empty) == ENTROPY
    assert not capsys.readouterr().err


def test_an_empty_pool_gives_an_empty_query(pool):
    pool = replace(pool, kind=np.full(5, INDIVIDUAL, np.int8))
    candidates = candidates_of(pool, "individual", "reask", (), None)
    rng = np.random.default_rng(0)
    table = make_query(candidates, load_strategy(ENTROPY), "individual", 3, rng, 1, {})
    assert table.num_rows == 0
    assert table.column_names == ["interaction", "sample_id", "kind", "score"]


def test_a_strategy_draws_the_same_wherever_its_file_lies():
    assert stream_of("/here/own.py:select") == stream_of("there/own.py:select")
    assert stream_of("own.py:select") != stream_of("own.py:other")
    assert stream_of("cbal.strategies.badge:select") == "cbal.strategies.badge:select"
