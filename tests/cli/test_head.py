"""Rounds that fit a head on features of a fixed encoder, by their command lines."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest

import encode
import query
import train_head
from cbal.errors import InputError
from cbal.learning.linear_head import load_heads
from cbal.storage.encoded import open_encoded, write_encoded
from cbal.storage.feature_files import read_features
from cbal.storage.files import read_table
from cbal.strategies.registry import STRATEGIES
from tests.cli.stages import CLUSTER, ENTROPY, MODEL, RANDOM, Run
from tests.unit.tables import features_file

KEYS = ["--dataset", "tiny", "--scenario", "s", "--seed", "0", "--round", "2"]


@pytest.fixture(scope="module")
def encoded(prepared, tmp_path_factory):
    """Features of the tiny data set from a network with random weights."""
    out = tmp_path_factory.mktemp("encoded") / "features.npy"
    encode.main(
        ["--dataset", "tiny", *MODEL, "--images", f"{prepared}/images.npy"]
        + ["--index", f"{prepared}/index.parquet", "--out", str(out), "--timing", f"{out}.timing"]
    )
    return out


def train(prepared, encoded, out, *extra, pool=None):
    train_head.main(
        [*KEYS, "--index", f"{prepared}/index.parquet", "--truth", f"{prepared}/truth.parquet"]
        + ["--pool", *([str(pool)] if pool else []), "--encoded", str(encoded), "--l2", "1"]
        + ["--metrics", f"{out}/metrics.parquet", "--timing", f"{out}/timing.parquet"]
        + ["--model", f"{out}/model.safetensors", *extra]
        + ["--probabilities", f"{out}/probabilities.parquet"]
    )
    return pq.read_table(out / "metrics.parquet").to_pylist()


@pytest.fixture
def asked(prepared, tmp_path):
    """A pool after one round of clusters, with its features from the same network."""
    run = Run(prepared, tmp_path)
    run.round(1, CLUSTER)
    return run.pool


def test_every_sample_of_all_splits_is_encoded(prepared, encoded):
    features = open_encoded(encoded, 60)
    assert features.shape == (60, 256)
    (timing,) = pq.read_table(f"{encoded}.timing").to_pylist()
    assert timing["stage"] == "extraction"


def test_the_supervised_head_learns(prepared, encoded, tmp_path):
    (row,) = train(prepared, encoded, tmp_path)
    assert row["test_accuracy"] > 0.9
    assert row["interactions"] == row["images_individual"] == 48
    assert len(load_heads(tmp_path / "model.safetensors")) == 1


def test_probabilities_are_those_of_the_unlabeled_pool(prepared, encoded, asked, tmp_path):
    (row,) = train(prepared, encoded, tmp_path / "out", pool=asked)
    assert row["images_cluster"] > 0
    table = read_table(tmp_path / "out/probabilities.parquet")
    assert table["sample_id"].to_pylist() == list(range(48))
    read = read_features(tmp_path / "out/probabilities.parquet", np.arange(48), ["probability"])
    (head,) = load_heads(tmp_path / "out/model.safetensors")
    expected = head.probabilities(open_encoded(encoded, 60)[:48])
    np.testing.assert_array_equal(read["probability"], expected)


def test_members_of_an_ensemble_tell_how_they_differ(prepared, encoded, asked, tmp_path):
    alone = train(prepared, encoded, tmp_path / "one", pool=asked)
    rows = train(prepared, encoded, tmp_path / "three", "--members", "3", pool=asked)
    assert rows == alone  # the first one is measured
    columns = ["probability", "expected_entropy", "variation_ratio"]
    path = tmp_path / "three/probabilities.parquet"
    read = read_features(path, np.arange(48), columns)
    heads = load_heads(tmp_path / "three/model.safetensors")
    assert len(heads) == 3
    each = [head.probabilities(open_encoded(encoded, 60)[:48]) for head in heads]
    np.testing.assert_allclose(read["probability"], np.mean(each, axis=0), atol=1e-6)
    assert (read["expected_entropy"] > 0).any()


def test_a_pool_without_a_label_and_one_that_has_ended(prepared, encoded, tmp_path):
    from dataclasses import replace

    from cbal.pool import state as pools
    from cbal.pool.rounds import read_pool
    from cbal.storage.files import write_table

    (row,) = train(prepared, encoded, tmp_path, pool=prepared / "pool-0.parquet")
    assert row["test_loss"] == pytest.approx(np.log(3), abs=1e-5)
    pool = read_pool(prepared / "pool-0.parquet")
    everything = np.full(48, pools.INDIVIDUAL, np.int8)
    ended = replace(pool, kind=everything, label=np.zeros(48, np.int16), latest=0, round=2)
    table, metadata = pools.to_table(ended)
    write_table(tmp_path / "ended.parquet", table, **metadata, round=2)
    assert train(prepared, encoded, tmp_path, pool=tmp_path / "ended.parquet") == []
    assert len(read_table(tmp_path / "probabilities.parquet")) == 0


@pytest.mark.parametrize("name", sorted(STRATEGIES.keys() - {"verify"}))
def test_every_strategy_asks_the_same_from_both_kinds_of_files(name, asked, prepared, tmp_path):
    """A round gives the same result from one file of features and probabilities as from two."""
    rng = np.random.default_rng(0)
    feature = rng.normal(size=(60, 8)).astype(np.float16)
    probability = rng.dirichlet(np.ones(3), 60).astype(np.float32)
    terms = [rng.random(48).astype(np.float32) for _ in range(3)]
    one = features_file(tmp_path / "one.parquet", range(48), feature[:48], probability[:48], terms)
    write_encoded(tmp_path / "features.npy", 60, [feature])
    strategy = STRATEGIES[name]
    words = [*KEYS, "--step", "1-x", "--pool", str(asked), "--strategy", strategy.address]
    words += ["--needs", *strategy.needs, "--kind", strategy.kind, "--interactions", "5"]
    words += ["--settings", json.dumps({"classes": 3} if name == "probcover" else {})]
    query.main([*words, "--features", str(one), "--out", f"{tmp_path}/a.parquet"])
    two = ["--features", str(one), "--encoded", f"{tmp_path}/features.npy"]
    query.main([*words, *two, "--out", f"{tmp_path}/b.parquet"])
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


@pytest.mark.parametrize(
    ("space", "wants"), [("probabilities", "probabilities"), ("discriminant", "labeled_features")]
)
def test_clusters_know_labels_from_both_kinds_of_files(prepared, tmp_path, space, wants):
    run = Run(prepared, tmp_path)
    run.round(1, RANDOM, n=12)
    rng = np.random.default_rng(0)
    feature = rng.normal(size=(60, 8)).astype(np.float16)
    probability = rng.dirichlet(np.ones(3), 60).astype(np.float32)
    one = features_file(tmp_path / "one.parquet", range(48), feature[:48], probability[:48])
    write_encoded(tmp_path / "features.npy", 60, [feature])

    def asked(*words):
        out = tmp_path / "query.parquet"
        query.main(
            [*KEYS, "--step", "1-cluster", "--pool", str(run.pool), *CLUSTER, *words]
            + ["--interactions", "5", "--features", str(one), "--out", str(out)]
        )
        return out.read_bytes()

    wanted = ["--wants", wants, "--settings", json.dumps({"iterations": 5, "space": space})]
    encoded = ["--encoded", f"{tmp_path}/features.npy"]
    assert asked(*wanted) == asked(*wanted, *encoded) != asked(*encoded)


def test_round_one_clusters_without_a_head(encoded, prepared, tmp_path):
    words = [*KEYS[:-1], "1", "--step", "1-x", "--pool", f"{prepared}/pool-0.parquet"]
    query.main(
        [*words, *CLUSTER, "--interactions", "4", "--features", "--encoded", str(encoded)]
        + ["--out", f"{tmp_path}/q.parquet"]
    )
    assert len(read_table(tmp_path / "q.parquet")) == 48
    query.main(
        [*words, *ENTROPY, "--cold-start", "centroid", "--interactions", "4"]
        + ["--features", "--encoded", str(encoded), "--out", f"{tmp_path}/q.parquet"]
    )
    assert len(read_table(tmp_path / "q.parquet")) == 4


def test_weights_of_one_give_the_same_bytes_and_others_do_not(prepared, encoded, asked, tmp_path):
    def head(name, *extra):
        train(prepared, encoded, tmp_path / name, "--members", "2", *extra, pool=asked)
        return (tmp_path / name / "model.safetensors").read_bytes()

    plain = head("plain")
    assert head("one", "--forgiving", '{"weights": {"cluster": 1, "individual": 1}}') == plain
    assert head("less", "--forgiving", '{"weights": {"cluster": 0.1}}') != plain
    assert head("robust", "--forgiving", '{"robustness": 0.7}') != plain
    assert head("smooth", "--forgiving", '{"label_smoothing": 0.1}') != plain
    (row,) = train(
        prepared, encoded, tmp_path, "--forgiving", '{"weights": {"cluster": 0}}', pool=asked
    )
    assert row["test_loss"] == pytest.approx(np.log(3), abs=1e-5)  # nothing to learn from
    assert row["images_cluster"] > 0


def test_features_of_another_data_set_are_refused(prepared, tmp_path, asked):
    write_encoded(tmp_path / "features.npy", 2, [np.eye(2, dtype=np.float16)])
    with pytest.raises(InputError, match="lacks samples of the pool"):
        train(prepared, tmp_path / "features.npy", tmp_path, pool=asked)


def test_the_labels_to_take_away_are_counted(prepared, encoded, asked, tmp_path):
    (row,) = train(prepared, encoded, tmp_path, pool=asked)
    given = row["images_individual"] + row["images_cluster"]
    assert row["images_predicted"] == row["images"] - given
    assert row["right_cluster"] == round(row["cluster_accuracy"] * row["images_cluster"])
    assert row["held_out_right"] == round(row["test_accuracy"] * row["held_out"])
    assert 0 <= row["right_confident"] <= row["images_confident"] <= row["images_predicted"]
    (baseline,) = train(prepared, encoded, tmp_path / "all")
    assert baseline["images_predicted"] is None
