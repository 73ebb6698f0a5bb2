import subprocess
import sys

import pytest

from tests.conftest import ROOT
from workflow.operation import presence
from workflow.operation.presence import announce, living

HOLD = """
import sys
from pathlib import Path
from workflow.operation.presence import announce
announce(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another process that works in the folder."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def lock(state):
    """Leave a lock as Snakemake does."""
    (state / "locks").mkdir()
    (state / "locks" / "0.output.lock").write_text("results/metrics.parquet\n")


def test_who_is_alone_removes_the_lock_of_a_dead_one(tmp_path):
    lock(tmp_path)
    who = announce(tmp_path)
    assert who.alone
    assert who.unlocked
    assert not (tmp_path / "locks").exists()


def test_who_is_not_alone_leaves_locks_and_names_the_other(tmp_path, other):
    lock(tmp_path)
    who = announce(tmp_path)
    assert not who.alone
    assert not who.unlocked
    assert f"process {other.pid} on {presence.HOST}" in who.others[0]
    assert (tmp_path / "locks" / "0.output.lock").exists()


def test_a_killed_one_is_forgotten(tmp_path, other):
    assert len(living(tmp_path)) == 1
    other.kill()
    other.wait()
    assert living(tmp_path) == []
    assert list((tmp_path / "alive").iterdir()) == []


def test_one_that_ends_takes_its_file_along(tmp_path, other):
    other.communicate("")
    assert list((tmp_path / "alive").iterdir()) == []


def test_of_another_host_nothing_is_known_so_nothing_is_touched(tmp_path):
    lock(tmp_path)
    (tmp_path / "alive").mkdir()
    (tmp_path / "alive" / "elsewhere.example.77.1700000000000000000").touch()
    who = announce(tmp_path)
    assert "perhaps process 77 on elsewhere.example" in who.others[0]
    assert not who.unlocked
    assert (tmp_path / "locks").exists()


def test_a_file_system_without_locks_touches_nothing(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(presence.fcntl, "flock", refuse)
    lock(tmp_path)
    who = announce(tmp_path)
    assert not who.alone
    assert (tmp_path / "locks").exists()
