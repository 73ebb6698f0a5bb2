"""Sweeps that stop by a rule, run by Snakemake."""

import pyarrow.parquet as pq
import pytest

from tests.workflow.conftest import TINY


@pytest.fixture(scope="module")
def stopped(fresh, tmp_path_factory):
    """A tiny sweep whose rule is met after round 2."""
    project = fresh.copy(tmp_path_factory.mktemp("stopped") / "project")
    project.configure(
        models__fixed={"architecture": "convnet", "image_size": 8, "trainable": "head"},
        datasets__tiny=TINY["dataset"] | {"model": "fixed", "training": {"l2": 1}},
        sweeps__tiny__scenarios=["uncertain+cluster"],
        sweeps__tiny__rounds=3,
        sweeps__tiny__stop={"rule": "gain", "at": 1, "over": 1},
        sweeps__tiny__archive="kept",
    )
    project.run()
    return project


def rounds_of(project, file="results/tiny/uncertain+cluster/seed-0/run.parquet"):
    return pq.read_table(project.path / file).to_pandas()


def test_a_run_stops_early_and_its_figures_are_drawn(stopped):
    run = rounds_of(stopped)
    assert run["round"].tolist() == [1, 2]
    assert run["gain"].notna().tolist() == [False, True]
    folder = stopped.path / "results/tiny/uncertain+cluster/seed-0"
    pools = [pq.read_table(folder / f"round-{n}/pool.parquet") for n in (2, 3)]
    assert pools[0].equals(pools[1])
    assert (stopped.path / "results/sweeps/tiny/figures/accuracy.png").exists()


def test_more_rounds_leave_a_run_that_has_stopped_and_it_is_archived(stopped, tmp_path):
    project = stopped.copy(tmp_path / "project")
    project.configure(sweeps__tiny__rounds=4)
    jobs = project.jobs()
    assert jobs["train_head_last"] == 1
    assert "train_head" not in jobs
    project.run()
    assert rounds_of(project).equals(rounds_of(stopped))
    project.run("archive")
    assert len(rounds_of(project, "kept/tiny/uncertain+cluster/seed-0.parquet")) == 2
    assert not {"decide_stop", "train_head", "train_head_last"} & project.jobs().keys()
