"""Sweeps whose queries look back at earlier rounds, run by Snakemake."""

import pyarrow.parquet as pq
import pytest

from tests.workflow.conftest import TINY

SCENARIOS = {
    "looking-back": {
        "steps": [
            {"strategy": "gain", "share": {1: 1, 2: 0.5}},
            {"strategy": "divide", "share": {2: 0.5}},
            {"strategy": "entropy", "share": {3: 2}},
        ],
        "cluster_labels": "keep",
    },
    "paying": {"steps": ["entropy", "cluster"], "ask_clusters": "while_they_pay"},
}


@pytest.fixture(scope="module")
def looking_back(fresh, tmp_path_factory):
    """A tiny sweep of both scenarios with a fixed encoder, finished."""
    project = fresh.copy(tmp_path_factory.mktemp("history") / "project")
    project.configure(
        models__fixed={"architecture": "convnet", "image_size": 8, "trainable": "head"},
        datasets__tiny=TINY["dataset"] | {"model": "fixed", "training": {"l2": 1}},
        scenarios=SCENARIOS,
        sweeps={"tiny": {**TINY["sweep"], "scenarios": list(SCENARIOS), "rounds": 3}},
    )
    project.run()
    return project


def questions(project, scenario):
    """Return the number of questions by round and step."""
    run = project.path / f"results/tiny/{scenario}/seed-0"
    return {
        tuple(path.parts[-3:-1]): len(pq.read_table(path))
        for path in run.glob("round-*/step-*/annotations.parquet")
    }


def test_shares_change_and_each_round_has_its_interactions(looking_back):
    asked = questions(looking_back, "looking-back")
    steps = ["step-1-gain", "step-2-divide", "step-3-entropy"]
    by_round = [[asked[f"round-{round}", step] for step in steps] for round in (1, 2, 3)]
    assert by_round == [[6, 0, 0], [3, 3, 0], [1, 1, 4]]


def test_clusters_end_where_they_bring_no_more_than_single_images(looking_back):
    run = looking_back.path / "logs/tiny/paying/seed-0"
    asked = questions(looking_back, "paying")
    for round in (2, 3):
        logs = [
            (run / f"round-{round}/step-{step}/query.log").read_text()
            for step in ("1-entropy", "2-cluster")
        ]
        words = {next(line for line in log.splitlines() if "new right" in line) for log in logs}
        assert len(words) == 1  # both steps decide alike
        go_on = "clusters go on" in words.pop()
        assert asked[f"round-{round}", "step-2-cluster"] == 3 * go_on
        assert asked[f"round-{round}", "step-1-entropy"] == 6 - 3 * go_on


def test_another_round_repeats_nothing(looking_back, tmp_path):
    assert looking_back.jobs() == {}
    project = looking_back.copy(tmp_path / "project")
    project.configure(sweeps__tiny__rounds=4)
    jobs = project.jobs("results/sweeps/tiny/metrics.parquet")
    assert jobs["annotate"] == 5
    assert jobs["cluster"] == 3  # gain and divide too
    assert "train_head" not in jobs
