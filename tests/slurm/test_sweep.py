"""The workflow on a real Slurm."""

import re
import subprocess

import pytest

from tests.project import Project, checkout

SWEEP = {"datasets": ["digits"], "scenarios": ["random", "uncertain+cluster"], "seeds": [0]}
METRICS = "results/sweeps/two/metrics.parquet"


def on_slurm(project: Project, cluster, *arguments: str) -> subprocess.CompletedProcess:
    """Run the README's command; `stdout` has all it printed."""
    options = ("--cores", "8", "--profile", "slurm")
    return project.on_screen(*arguments, *options, environment=cluster.environment)


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    """The project with a sweep of digits, and nothing computed."""
    project = checkout(tmp_path_factory.mktemp("slurm") / "project")
    project.configure(sweep="two", sweeps__two={**SWEEP, "rounds": 2})
    return project


def test_a_sweep_on_slurm_has_the_bytes_of_a_local_one(project, cluster, tmp_path):
    local = project.copy(tmp_path / "local")
    local.run(METRICS)
    remote = project.copy(tmp_path / "remote")
    result = on_slurm(remote, cluster, METRICS)
    assert result.returncode == 0, result.stdout
    assert remote.results() == local.results()
    assert (remote.path / METRICS).read_bytes() == (local.path / METRICS).read_bytes()

    run = re.search(r"SLURM run ID: (\S+)", result.stdout)[1]
    jobs = {job["comment"]: job["id"] for job in cluster.jobs() if job["name"] == run}
    rounds = [comment for comment in jobs if comment.startswith("rule_round_digits_")]
    assert len(rounds) == 4  # one submission a round
    assert len(jobs) == 7  # and data, first features, baseline
    for comment, job in jobs.items():
        told = cluster.ask("scontrol", "show", "job", job)
        with_torch = "prepare_data" not in comment
        assert ("Partition=gpu" in told) == ("TresPerJob=gres:gpu:1" in told) == with_torch
    assert "5 of 5 rounds done (100%)" in result.stdout


def test_a_sweep_of_heads_on_slurm_has_the_bytes_of_a_local_one(project, cluster, tmp_path):
    local = project.copy(tmp_path / "local")
    fixed = {"architecture": "convnet", "image_size": 8, "trainable": "head", "threads": 1}
    local.configure(models__fixed=fixed, datasets__digits__model="fixed")
    local.configure(datasets__digits__training={"l2": 1})
    remote = local.copy(tmp_path / "remote")
    local.run(METRICS)
    result = on_slurm(remote, cluster, METRICS)
    assert result.returncode == 0, result.stdout
    heads = [name for name in local.results() if name.endswith("model.safetensors")]
    assert len(heads) == 5  # of two rounds of two scenarios, and of the baseline
    assert remote.results() == local.results()

    run = re.search(r"SLURM run ID: (\S+)", result.stdout)[1]
    jobs = [job["comment"] for job in cluster.jobs() if job["name"] == run]
    rounds = [comment for comment in jobs if comment.startswith("rule_round_digits_")]
    assert len(rounds) == 4  # one submission a round
    assert len(jobs) == 7  # and data, features, baseline


def test_a_wrong_partition_says_what_to_edit(project, cluster, tmp_path):
    project = project.copy(tmp_path / "project")
    project.edit("profiles/slurm/config.yaml", "slurm_partition: gpu #", "slurm_partition: long #")
    before = {job["id"] for job in cluster.jobs()}
    result = on_slurm(project, cluster, METRICS)
    assert result.returncode == 1
    (line,) = (line for line in result.stdout.splitlines() if "Slurm would refuse" in line)
    for words in ("--partition=long", "nvalid partition", "EDIT", "Partitions here: cpu, gpu"):
        assert words in line
    assert "Traceback" not in result.stdout
    assert {job["id"] for job in cluster.jobs()} <= before  # Slurm forgets old ones


def test_a_job_too_large_for_every_node_is_refused_before_the_first(project, cluster):
    result = on_slurm(project, cluster, METRICS, "--set-resources", "train:mem_mb=9000000")
    assert result.returncode == 1
    (line,) = (line for line in result.stdout.splitlines() if "Slurm would refuse" in line)
    assert re.search(r"\(of annotate .* \+ train .*\): Requested node configuration is not", line)


class TestWithAccounting:
    """A cluster with a database of accounts, on which only known accounts may submit."""

    DATA = "data/digits/index.parquet"

    def test_a_wrong_account_says_what_to_edit(self, project, cluster_with_accounting, tmp_path):
        project = project.copy(tmp_path / "project")
        old = "# slurm_account: my_account"
        project.edit("profiles/slurm/config.yaml", old, "slurm_account: nobody's")
        result = on_slurm(project, cluster_with_accounting, self.DATA)
        assert result.returncode == 1
        (line,) = (line for line in result.stdout.splitlines() if "Slurm would refuse" in line)
        assert "Invalid account" in line
        assert "EDIT" in line

    @pytest.mark.parametrize("command", ["squeue", "sacct"])
    def test_either_command_tells_what_became_of_jobs(
        self, project, cluster_with_accounting, tmp_path, command
    ):
        project = project.copy(tmp_path / "project")
        old = "# slurm_account: my_account"
        project.edit("profiles/slurm/config.yaml", old, "slurm_account: research")
        result = on_slurm(
            project, cluster_with_accounting, self.DATA, "--slurm-status-command", command
        )
        assert result.returncode == 0, result.stdout
        assert (project.path / self.DATA).exists()


def test_without_accounting_sacct_is_refused_before_the_first_job(project, cluster):
    result = on_slurm(project, cluster, METRICS, "--slurm-status-command", "sacct")
    assert result.returncode == 1
    assert "set `slurm-status-command: squeue`" in result.stdout
