"""Sweeps with a fixed encoder, run by Snakemake."""

import pyarrow.parquet as pq
import pytest

from tests.workflow.conftest import TINY


@pytest.fixture(scope="module")
def head(fresh, tmp_path_factory):
    """A tiny sweep with a fixed encoder, finished."""
    project = fresh.copy(tmp_path_factory.mktemp("head") / "project")
    project.configure(
        models__fixed={"architecture": "convnet", "image_size": 8, "trainable": "head"},
        datasets__tiny=TINY["dataset"] | {"model": "fixed", "training": {"l2": 1}},
        scenarios__committee={"steps": ["bald", "cluster"], "members": 3},
        scenarios__pseudo={"steps": ["margin"], "pseudo_labels": {"threshold": 0.5}},
        sweeps__tiny__scenarios=["uncertain+cluster", "committee", "pseudo", "coreset"],
    )
    project.run()
    return project


def test_rounds_fit_heads_and_train_no_network(head):
    metrics = pq.read_table(head.path / "results/tiny/committee/seed-0/run.parquet").to_pandas()
    assert metrics["test_accuracy"].between(0.1, 1).all()
    run = head.path / "results/tiny/uncertain+cluster/seed-0"
    assert not (run / "round-1/probabilities.parquet").exists()
    assert (run / "round-2/probabilities.parquet").exists()
    assert not list(head.path.glob("results/tiny/*/seed-*/round-*/features.parquet"))
    stages = {
        row["stage"]
        for file in run.rglob("timing.parquet")
        for row in pq.read_table(file).to_pylist()
    }
    assert stages == {"training", "evaluation"}


def test_growing_by_a_round_encodes_nothing_again(head, tmp_path):
    project = head.copy(tmp_path / "project")
    before = project.results()
    project.configure(sweeps__tiny__rounds=3)
    jobs = project.jobs()
    assert "encode" not in jobs
    assert jobs["train_head_last"] == 4
    assert "train_head" not in jobs
    project.run()
    after = project.results()
    heads = {name for name in before if name.endswith("model.safetensors")}
    assert heads
    assert all(after[name] == before[name] for name in heads)


def test_a_lost_run_comes_back_byte_for_byte(head, tmp_path):
    project = head.copy(tmp_path / "project")
    project.lose_and_make_again("results/tiny/committee/seed-0")


def test_another_encoder_encodes_again(head, tmp_path):
    project = head.copy(tmp_path / "project")
    project.configure(models__fixed__image_size=16)
    assert project.jobs()["encode"] == 1


def test_dropout_is_refused_in_one_line(head, tmp_path):
    project = head.copy(tmp_path / "project")
    project.configure(sweeps__tiny__scenarios=["bald"])
    result = project.snakemake("-n")
    assert result.returncode == 1
    assert "bald has dropout, which means nothing without training" in result.stderr


def test_a_query_takes_one_thread_where_runs_fill_the_cores(head, tmp_path):
    project = head.copy(tmp_path / "project")
    project.configure(models__fixed__threads=8)  # of four runs
    cluster = project.path / "results/tiny/uncertain+cluster/seed-0/round-1/step-2-cluster"
    for cores, threads in ((4, None), (5, 5)):
        (cluster / "query.parquet").unlink(missing_ok=True)
        target = str((cluster / "query.parquet").relative_to(project.path))
        result = project.snakemake("-n", target, cores=cores)
        said = result.stdout + result.stderr
        job = said.split("rule cluster:")[1].split("\n\n")[0]
        assert ("threads:" in job) == (threads is not None)
        assert threads is None or f"threads: {threads}" in job
