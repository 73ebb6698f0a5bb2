"""Rounds that leave cluster labels out of their training, or propagate labels, by command lines."""

import json
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

import join_neighbours
import train_head
import weigh_labels
from cbal.pool.rounds import read_pool, write_pool
from cbal.pool.state import CLUSTER as CLUSTERED
from cbal.pool.state import NONE
from cbal.storage.encoded import write_encoded
from cbal.storage.files import read_table
from tests.cli.stages import CLUSTER, ENTROPY, Run

KEYS = ["--dataset", "tiny", "--scenario", "s", "--seed", "0", "--round", "1"]
FOLDS = {"share": 0.7, "folds": 3, "l2": 1.0}
OF_A_LABEL = ("label", "labeled_round", "interaction")
PROPAGATION = {"neighbours": 10, "alpha": 0.9, "certainty": 0}


@pytest.fixture
def asked(prepared, tmp_path):
    """A run after one round of single images and clusters."""
    run = Run(prepared, tmp_path)
    run.round(1, ENTROPY, CLUSTER)
    return run


@pytest.fixture
def encoded(prepared, tmp_path):
    """Features that tell the classes apart."""
    truth = read_table(prepared / "truth.parquet")["label"].to_numpy()
    rng = np.random.default_rng(0)
    x = np.eye(3, 8)[truth] + 0.4 * rng.normal(size=(60, 8))
    write_encoded(tmp_path / "encoded.npy", 60, [x.astype(np.float32)])
    return tmp_path / "encoded.npy"


def weigh(run, *words):
    out = run.folder / "learned.parquet"
    weigh_labels.main([*KEYS, "--pool", str(run.pool), *map(str, words), "--out", str(out)])
    return read_table(out).to_pylist()


def trained(prepared, encoded, pool):
    train_head.main(
        [*KEYS, "--index", f"{prepared}/index.parquet", "--truth", f"{prepared}/truth.parquet"]
        + ["--pool", str(pool), "--encoded", str(encoded), "--l2", "1"]
        + ["--metrics", f"{pool}.metrics", "--timing", f"{pool}.timing", "--model", f"{pool}.model"]
    )
    return pq.read_table(f"{pool}.metrics").to_pylist()[0]


@pytest.mark.parametrize("keep", ["nearest", "agreeing", "all"])
def test_a_sieve_changes_weights_of_cluster_labels_alone(asked, encoded, keep):
    before = read_table(asked.pool).to_pylist()
    sieve = json.dumps({"keep": keep, **FOLDS})
    after = weigh(asked, "--sieve", sieve, "--encoded", encoded)
    weight = {kind: [] for kind in (None, "individual", "cluster")}
    for was, row in zip(before, after, strict=True):
        weight[row["label_kind"]].append(row.pop("weight"))
        assert row == was
    assert set(weight[None]) <= {None}
    assert set(weight["individual"]) == {1}
    assert all(0 <= each <= 1 for each in weight["cluster"])
    if keep == "all":
        assert len(set(weight["cluster"])) > 2
    else:
        assert set(weight["cluster"]) <= {0, 1}
    if keep == "nearest":
        assert 0 in weight["cluster"]
    assert weigh(asked, "--sieve", sieve, "--encoded", encoded) == weigh(
        asked, "--sieve", sieve, "--encoded", encoded
    )


def test_the_sieve_of_a_network_reads_its_features(asked):
    features = asked.folder / "features-1.parquet"
    rows = weigh(asked, "--sieve", json.dumps({"keep": "nearest", **FOLDS}), "--features", features)
    assert {0, 1} == {row["weight"] for row in rows if row["label_kind"] == "cluster"}


def test_what_is_left_out_is_measured_and_taken_away_as_before(asked, prepared, encoded):
    usual = trained(prepared, encoded, asked.pool)
    rows = weigh(asked, "--sieve", json.dumps({"keep": "nearest", **FOLDS}), "--encoded", encoded)
    metrics = trained(prepared, encoded, asked.folder / "learned.parquet")
    truth = read_table(prepared / "truth.parquet")["label"].to_pylist()
    left = [row["label"] == truth[row["sample_id"]] for row in rows if row["weight"] == 0]
    assert (metrics["images_left_out"], usual["images_left_out"]) == (len(left), 0)
    assert metrics["left_out_accuracy"] == np.mean(left)
    assert metrics["test_loss"] != usual["test_loss"]
    same = ("images_cluster", "right_cluster", "cluster_accuracy", "images_predicted")
    assert all(metrics[name] == usual[name] for name in same)


@pytest.fixture
def partly(asked):
    """The same run, as if the annotator had refused the clusters of every second image."""
    pool = read_pool(asked.pool)
    refused = (pool.kind == CLUSTERED) & (np.arange(48) % 2 == 0)
    cleared = {name: np.where(refused, -1, getattr(pool, name)) for name in OF_A_LABEL}
    asked.pool = asked.folder / "partly.parquet"
    pool = replace(pool, **cleared, kind=np.where(refused, NONE, pool.kind))
    write_pool(asked.pool, pool, dataset="tiny", scenario="s", seed=0, round=1)
    return asked


def test_propagated_labels_are_pseudo_labels_that_count_by_their_certainty(
    partly, prepared, encoded
):
    before = read_table(partly.pool).to_pylist()
    words = ["--propagation", json.dumps(PROPAGATION), "--encoded", encoded]
    rows = weigh(partly, *words)
    new = [row for was, row in zip(before, rows, strict=True) if was["label"] is None]
    assert new
    assert {row["label_kind"] for row in new} == {"pseudo"}
    assert all(0 < row["weight"] <= 1 for row in new)
    assert {row["weight"] for row in rows if row["label_kind"] != "pseudo"} == {1}
    metrics = trained(prepared, encoded, partly.folder / "learned.parquet")
    assert metrics["images_pseudo"] == len(new)
    assert metrics["pseudo_accuracy"] > 0.5
    words[1] = json.dumps(PROPAGATION | {"certainty": 0.999999})
    assert len([row for row in weigh(partly, *words) if row["label_kind"] == "pseudo"]) < len(new)


def test_neighbours_that_were_found_before_give_the_same_labels(partly, prepared, encoded):
    words = ["--propagation", json.dumps(PROPAGATION), "--encoded", encoded]
    expected = weigh(partly, *words)
    found = partly.folder / "neighbours.parquet"
    join_neighbours.main(
        ["--dataset", "tiny", "--index", f"{prepared}/index.parquet", "--encoded", str(encoded)]
        + ["--neighbours", "10", "--out", str(found)]
    )
    with_file = ["--propagation", json.dumps(PROPAGATION), "--neighbours", found]
    assert weigh(partly, *with_file) == expected  # without any features
    pool = read_pool(partly.pool)
    columns = ("sample_id", *OF_A_LABEL, "kind")
    fewer = replace(pool, **{name: getattr(pool, name)[1:] for name in columns})
    write_pool(partly.pool, fewer, dataset="tiny", scenario="s", seed=0, round=1)
    assert len(weigh(partly, *words, "--neighbours", found)) == len(expected) - 1


def test_a_sieve_and_propagation_go_together(partly, encoded):
    words = ["--sieve", json.dumps({"keep": "nearest", **FOLDS}), "--encoded", encoded]
    words += ["--propagation", json.dumps(PROPAGATION)]
    rows = weigh(partly, *words)
    assert {row["label_kind"] for row in rows} >= {"cluster", "pseudo"}
    assert 0 in {row["weight"] for row in rows if row["label_kind"] == "cluster"}


def test_a_pool_without_labels_stays_as_it_is(asked, prepared, encoded):
    asked.pool = prepared / "pool-0.parquet"
    words = ["--sieve", json.dumps({"keep": "all", **FOLDS}), "--encoded", encoded]
    rows = weigh(asked, *words, "--propagation", json.dumps(PROPAGATION))
    assert rows == read_table(asked.pool).to_pylist()
