"""Scenarios with several passes, pseudo-labels, and strategies from outside the repository."""

import re

import pyarrow.parquet as pq
import pytest

from tests.workflow.conftest import TINY
from tests.workflow.test_jobs import DRAWN, add

OWN = """
import numpy as np

from cbal.strategies.base import one_by_one


def disagreement(candidates, n, rng, threads, by="expected_entropy"):
    score = getattr(candidates, by)
    best = np.lexsort((candidates.sample_id, -score))[:n]
    return one_by_one(candidates.sample_id[best], score[best])


def far(candidates, n, rng, threads):
    away = np.zeros(len(candidates))
    if len(candidates.labeled_features):
        away += np.linalg.norm(candidates.features - candidates.labeled_features.mean(0), axis=1)
    best = np.lexsort((candidates.sample_id, -away))[:n]
    return one_by_one(candidates.sample_id[best], away[best])
"""
BY = {"by": ["expected_entropy", "variation_ratio", "mean_std"]}
TERMS = list(BY["by"])
SCENARIOS = {
    "dropping": {"steps": ["disagreement"], "dropout": {"passes": 5}},
    "ensemble": {
        "steps": [{"strategy": "disagreement", "settings": {"by": "variation_ratio"}}, "far"],
        "members": 3,
    },
    "sure": {"steps": ["entropy"], "pseudo_labels": {"threshold": 9, "decay": 0.1}},
}


@pytest.fixture(scope="module")
def fresh_scenarios(fresh, tmp_path_factory):
    """The project with a sweep of the scenarios above, and nothing computed."""
    folder = tmp_path_factory.mktemp("scenarios")
    (folder / "own.py").write_text(OWN)
    project = fresh.copy(folder / "project")
    sweep = {**TINY["sweep"], "scenarios": list(SCENARIOS), "supervised": False}
    strategies = {
        "disagreement": {"function": "../own.py:disagreement", "needs": TERMS, "settings": BY},
        "far": {"function": "../own.py:far", "needs": ["features", "labeled_features"]},
    }
    project.configure(sweeps__tiny=sweep, scenarios=SCENARIOS, strategies=strategies)
    project.configure(sweep="tiny", sweeps={"tiny": sweep})
    return project


@pytest.fixture(scope="module")
def finished_scenarios(fresh_scenarios):
    """That sweep, finished."""
    fresh_scenarios.run("results/sweeps/tiny/metrics.parquet")
    return fresh_scenarios


def inputs_of(project, rule):
    """Return the inputs of each job of a rule that a dry run names."""
    result = project.snakemake("-n")
    text = result.stdout + result.stderr
    return re.findall(rf"rule {rule}:\n +input: (.*)", text)


def test_members_of_an_ensemble_are_jobs_side_by_side(fresh_scenarios):
    jobs = fresh_scenarios.jobs()
    assert jobs["train_member"] == 2  # beside the model itself, and not in the last round
    assert jobs["train"] == jobs["train_last"] == jobs["extract_features"] == 3
    members = inputs_of(fresh_scenarios, "train_member")
    assert len(members) == 2
    assert members[0] == members[1]
    assert "safetensors" not in members[0]
    models = [
        text.count("model.safetensors") for text in inputs_of(fresh_scenarios, "extract_\\w+")
    ]
    assert sorted(models) == [0, 1, 1, 3]  # pretrained, dropping and sure, ensemble


def test_the_sweep_runs_and_has_nothing_to_do_afterwards(finished_scenarios):
    assert finished_scenarios.jobs("results/sweeps/tiny/metrics.parquet") == {}
    results = finished_scenarios.path / "results"
    metrics = pq.read_table(results / "sweeps/tiny/metrics.parquet").to_pylist()
    assert len(metrics) == 2 * 3
    pseudo = {(row["scenario"], row["round"]): row["images_pseudo"] for row in metrics}
    assert pseudo.pop(("sure", 2)) == 60 - 2 * 6  # a threshold above all entropies
    assert set(pseudo.values()) == {0}
    assert {row["interactions"] for row in metrics} == {6, 12}
    assert not list(results.rglob("member-*/model.safetensors"))
    assert len(list(results.rglob("member-*/timing.parquet"))) == 2


def test_round_one_draws_the_same_random_samples(finished_scenarios):
    runs = (finished_scenarios.path / "results/tiny").glob(
        "*/seed-0/round-1/step-1-*/query.parquet"
    )
    drawn = {path.parts[-5]: pq.read_table(path)["sample_id"].to_pylist() for path in runs}
    assert drawn["dropping"] == drawn["sure"]
    assert drawn["ensemble"] == drawn["sure"][:3]  # shares its interactions with another step


def test_another_round_adds_its_jobs_alone(finished_scenarios, tmp_path):
    project = finished_scenarios.copy(tmp_path / "project")
    (tmp_path / "own.py").write_text(OWN)
    project.configure(sweeps__tiny__rounds=3)
    a_round = {"extract_features": 3, "train_last": 3, "train_member": 2, "update_pool": 3}
    steps = {"select_uncertain": 3, "select_diverse": 1, "annotate": 4}
    drawn = {"finish_run": 3, "collect_metrics": 1}
    assert project.jobs("results/sweeps/tiny/metrics.parquet") == add(a_round, steps, drawn)
    assert DRAWN.items() <= project.jobs().items()


def test_a_strategy_s_file_is_part_of_its_steps_version(finished_scenarios, tmp_path):
    project = finished_scenarios.copy(tmp_path / "project")
    own = tmp_path / "own.py"
    own.write_text("# a comment\n" + OWN)
    assert project.jobs("results/sweeps/tiny/metrics.parquet") == {}
    own.write_text(OWN.replace("away += ", "away -= "))
    jobs = project.jobs("results/sweeps/tiny/metrics.parquet")
    assert (jobs["select_diverse"], jobs["select_uncertain"]) == (2, 4)
    assert jobs["train"] == jobs["train_last"] == 2  # but for the scenario without it
    own.unlink()
    result = project.snakemake("-n")
    assert result.returncode == 1
    assert "strategies.disagreement.function: ../own.py cannot be read" in result.stderr


def test_a_cold_start_by_centroids_looks_at_the_initial_features(project):
    project.configure(scenarios__random__cold_start="centroid")
    written_down = add({"finish_run": 1}, DRAWN)
    assert project.jobs() == written_down  # it needs no trained head, so nothing changes
    scenario = {"steps": ["entropy"], "cold_start": "centroid"}
    project.configure(scenarios__uncertain=scenario, sweeps__tiny__scenarios=["uncertain"])
    first, _ = sorted(inputs_of(project, "select_uncertain"), key=lambda text: "round-1/" in text)
    assert "round-0/pool.parquet" in first
    assert "pretrained/seed-0/features.parquet" in first
    step = "tiny/uncertain/seed-0/round-1/step-1-entropy/query"
    project.run(f"results/{step}.parquet")
    assert "nearest to k-means centroids" in (project.path / f"logs/{step}.log").read_text()
