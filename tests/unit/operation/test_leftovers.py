import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from orchestration.operation import leftovers
from orchestration.operation.leftovers import (
    VARIABLE,
    StillRunningError,
    end_processes,
    end_slurm_jobs,
)

SLEEP = "import time; print('up', flush=True); time.sleep(60)"


def orphan(folder):
    """Start a process that works for a folder and is not a child of this one."""
    code = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {SLEEP!r}]).pid)"
    environment = {**os.environ, VARIABLE: str(folder)}
    result = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True
    )
    pid = int(result.stdout.readline())
    assert result.stdout.readline() == "up\n"
    result.wait()
    result.stdout.close()
    return psutil.Process(pid)


@pytest.mark.parametrize("stopped", [False, True])
def test_an_orphan_is_ended_even_if_it_is_stopped(tmp_path, stopped, monkeypatch):
    monkeypatch.setattr(leftovers, "GRACE", 1)
    process = orphan(tmp_path)
    if stopped:
        process.send_signal(signal.SIGSTOP)
    assert end_processes(tmp_path, time.time() + 1) == 1
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_others_and_later_ones_are_left_alone(tmp_path):
    other, later = orphan(tmp_path / "other"), orphan(tmp_path)
    assert end_processes(tmp_path, time.time() - 60) == 0
    for process in (other, later):
        assert process.is_running()
        process.kill()


class Queue:
    """A stand-in for Slurm's commands: jobs in the queue, and how many looks a cancel takes.

    The first look after the cancel gets no answer.
    """

    def __init__(self, jobs, looks=1):
        self.jobs, self.looks, self.cancelled = jobs, looks, None

    def __call__(self, command, **_):
        if command[0] == "scancel":
            self.cancelled = command[1:]
            self.looks += 1
            raise subprocess.TimeoutExpired(command, 60)
        if self.cancelled:
            self.looks -= 1
            if self.looks == 3:
                raise subprocess.CalledProcessError(1, command)
        shown = self.jobs if self.looks >= 0 else []
        return subprocess.CompletedProcess(command, 0, "\n".join(map("|".join, shown)), "")


RUN = "cbal_065011d4-b3f1-4fdd-a4f9-2c384e7084b3"


@pytest.fixture
def queue(monkeypatch, tmp_path):
    monkeypatch.setattr(leftovers.time, "sleep", lambda _: None)
    jobs = [("4", RUN, str(tmp_path)), ("5", RUN, f"{tmp_path}/.")]
    jobs += [("6", "notebook", str(tmp_path)), ("7", RUN, "/elsewhere")]
    jobs += [("8", RUN.removeprefix("cbal_"), str(tmp_path))]  # of another workflow

    def use(looks):
        queue = Queue(jobs, looks)
        monkeypatch.setattr(leftovers.subprocess, "run", queue)
        return queue

    return use


def test_slurm_jobs_of_snakemakes_in_this_folder_are_cancelled_and_waited_for(queue, tmp_path):
    slurm = queue(looks=3)
    assert end_slurm_jobs(tmp_path) == 2
    assert slurm.cancelled == ["4", "5"]
    assert slurm.looks < 0


def test_jobs_that_do_not_end_are_named(queue, tmp_path, monkeypatch):
    queue(looks=10**9)
    monkeypatch.setattr(leftovers, "PATIENCE", 0)
    with pytest.raises(StillRunningError, match="Slurm jobs 4, 5 of an earlier run do not end"):
        end_slurm_jobs(tmp_path)


def test_without_slurm_there_are_none(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert end_slurm_jobs(tmp_path) == 0
