"""Helpers of the tests, where a mistake would show elsewhere or not at all."""

import subprocess
import sys

import psutil
import pytest

from orchestration.forks import CLIENT
from tests import forks
from tests.conftest import ROOT
from tests.faults.bench import wait_for
from tests.forks import HERE
from tests.ports import PORTS, own_port
from tests.shared import WORKER, once


def test_a_fork_of_snakemake_prints_and_fails_as_it_does(tmp_path):
    (tmp_path / "Snakefile").write_text("rule a:\n    shell: 'command -v snakemake; false'\n")
    command = ["snakemake", "--cores", "1"]
    result = subprocess.run(
        command, cwd=tmp_path, env=forks.environment(), capture_output=True, text=True
    )
    assert result.returncode == 1
    assert str(HERE / "bin/snakemake") in result.stdout
    assert "Error in rule a" in result.stderr


def test_a_fork_and_its_jobs_end_with_who_asked_for_it(tmp_path):
    tell = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    (tmp_path / "job.py").write_text(tell)
    (tmp_path / "Snakefile").write_text(f"rule a:\n    shell: 'python -IS {CLIENT} job.py'\n")
    environment = forks.environment()
    run = subprocess.Popen(
        ["snakemake", "--cores", "1"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with run:
        job = psutil.Process(int(next(line for line in run.stdout if line.strip().isdigit())))
        run.kill()
    wait_for(lambda: not job.is_running() or job.status() == psutil.STATUS_ZOMBIE, "the job's end")


def test_processes_side_by_side_have_other_ports():
    ours = own_port()
    code = "from tests.ports import own_port; print(own_port())"
    other = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert abs(int(other.stdout) - ours) >= PORTS
    assert own_port() == ours


def test_what_is_made_once_is_made_again_after_a_failure(tmp_path_factory, monkeypatch):
    monkeypatch.delenv(WORKER, raising=False)
    made = []

    def make(path):
        path.mkdir()
        made.append(path)
        assert len(made) > 1

    name = "made-once"
    with pytest.raises(AssertionError):
        once(tmp_path_factory, name, make)
    assert once(tmp_path_factory, name, make) == once(tmp_path_factory, name, make) == made[1]
    assert len(made) == 2
