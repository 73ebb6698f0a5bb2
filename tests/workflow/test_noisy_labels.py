"""Rounds whose training forgives wrong labels, run by Snakemake."""

import pyarrow.parquet as pq
import pytest

from tests.workflow.conftest import TINY

KNOWING = {"strategy": "cluster", "settings": {"space": "discriminant"}}
SIEVED = {"steps": ["entropy", KNOWING], "sieve": {"keep": "agreeing", "folds": 2}}
SIEVED |= {"oracle": {"purity": 0.1}, "training": {"weights": {"cluster": 0.5}}}
SPREAD = {"steps": ["random"], "label_propagation": {}, "training": {"robustness": 0.7, "l2": 10}}
ROUNDS = [("tiny", "sieved", 1), ("tiny", "sieved", 2), ("fixed", "sieved", 1)]
ROUND = "results/{}/{}/seed-0/round-{}"


@pytest.fixture(scope="module")
def forgiving(fresh, tmp_path_factory):
    """A sieve with a network and with a head, and propagation with a head."""
    project = fresh.copy(tmp_path_factory.mktemp("forgiving") / "project")
    project.configure(
        models__fixed={"architecture": "convnet", "image_size": 8, "trainable": "head"},
        datasets__fixed=TINY["dataset"] | {"model": "fixed", "training": {"l2": 1}},
        scenarios__sieved=SIEVED,
        scenarios__spread=SPREAD,
        sweeps__tiny__datasets=["tiny", "fixed"],
        sweeps__tiny__scenarios=["sieved"],
    )
    rounds = [*ROUNDS[1:], ("fixed", "spread", 1)]
    project.run("--", *(f"{ROUND.format(*each)}/metrics.parquet" for each in rounds))
    return project


def read(project, key, name):
    return pq.read_table(project.path / ROUND.format(*key) / f"{name}.parquet")


@pytest.mark.parametrize("key", ROUNDS)
def test_rounds_learn_from_weighed_labels_and_keep_the_pool(forgiving, key):
    learned = read(forgiving, key, "learned")
    assert learned.drop(["weight"]).equals(read(forgiving, key, "pool"))
    (metrics,) = read(forgiving, key, "metrics").to_pylist()
    weights = learned["weight"].to_pylist()
    assert metrics["images_cluster"] > 0
    assert metrics["images_left_out"] == weights.count(0)


def test_propagated_labels_train_the_round(forgiving):
    (metrics,) = read(forgiving, ("fixed", "spread", 1), "metrics").to_pylist()
    assert 0 < metrics["images_pseudo"] <= metrics["images"] - metrics["images_individual"]
    assert 0 <= metrics["pseudo_accuracy"] <= 1


def test_neighbours_are_found_once_for_a_data_set(forgiving):
    file = "results/fixed/encoded/neighbours-10.parquet"
    assert (forgiving.path / file).exists()
    later = f"{ROUND.format('fixed', 'spread', 2)}/metrics.parquet"
    jobs = forgiving.jobs("--", later)
    assert jobs["weigh_labels"] == 1
    assert "join_neighbours" not in jobs


def test_another_setting_weighs_or_trains_again_and_asks_the_same(forgiving, tmp_path):
    project = forgiving.copy(tmp_path / "project")
    first = f"{ROUND.format('fixed', 'sieved', 1)}/metrics.parquet"
    project.configure(scenarios__sieved=SIEVED | {"training": {"weights": {"cluster": 0.1}}})
    assert set(project.jobs("--", first)) == {"train_head"}
    project.configure(scenarios__sieved=SIEVED | {"sieve": {"keep": "all", "folds": 2}})
    assert set(project.jobs("--", first)) == {"weigh_labels", "train_head"}
