import subprocess
import sys

import pytest

from orchestration.operation import presence
from orchestration.operation.presence import announce, find_processes
from tests.conftest import ROOT

HOLD = """
import sys
from pathlib import Path
import tests  # puts the project's packages on the path
from orchestration.operation.presence import announce
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


def die(state, host=presence.HOST):
    """Leave the file of a process that ended without deleting it."""
    (state / "alive").mkdir(exist_ok=True)
    file = state / "alive" / f"{host}.77.1700000000000000000"
    file.touch()
    return file


def test_who_is_alone_removes_the_lock_of_a_crashed_one(tmp_path):
    lock(tmp_path)
    dead = die(tmp_path)
    who = announce(tmp_path)
    assert who.is_alone()
    assert who.unlocked
    assert not list((tmp_path / "locks").iterdir())
    assert who.crashed == [dead]
    who.delete_crashed()
    assert not dead.exists()


def test_a_lock_stays_if_no_process_is_known_to_have_crashed(tmp_path):
    """The lock may belong to a Snakemake of another workflow, which has no file in `alive`."""
    lock(tmp_path)
    who = announce(tmp_path)
    assert who.is_alone()
    assert not who.unlocked
    assert (tmp_path / "locks" / "0.output.lock").exists()


def test_who_is_not_alone_leaves_locks_and_names_the_other(tmp_path, other):
    lock(tmp_path)
    die(tmp_path)
    who = announce(tmp_path)
    assert not who.is_alone()
    assert not who.unlocked
    assert f"process {other.pid} on {presence.HOST}" in str(who.others[0])
    assert (tmp_path / "locks" / "0.output.lock").exists()


def test_a_killed_process_is_known_to_have_crashed_until_its_file_is_deleted(tmp_path, other):
    assert len(find_processes(tmp_path)[0]) == 1
    other.kill()
    other.wait()
    for _ in range(2):
        others, crashed = find_processes(tmp_path)
        assert others == []
        assert len(crashed) == 1


def test_one_that_comes_later_is_seen(tmp_path):
    who = announce(tmp_path)
    assert who.is_alone()
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as later:
        later.stdout.readline()
        assert not who.is_alone()
    assert who.is_alone()
    who.leave()
    assert list((tmp_path / "alive").iterdir()) == []


def test_one_that_ends_takes_its_file_along(tmp_path, other):
    other.communicate("")
    assert list((tmp_path / "alive").iterdir()) == []


def test_of_another_host_nothing_is_known_so_nothing_is_touched(tmp_path):
    lock(tmp_path)
    file = die(tmp_path, "elsewhere.example")
    who = announce(tmp_path)
    assert "perhaps process 77 on elsewhere.example" in str(who.others[0])
    assert f"delete {file}" in str(who.others[0])
    assert not who.unlocked
    assert (tmp_path / "locks" / "0.output.lock").exists()


def test_what_cannot_be_looked_at_counts_as_living(tmp_path, monkeypatch):
    die(tmp_path)

    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(presence.Path, "open", refuse)
    assert len(find_processes(tmp_path)[0]) == 1


def test_a_file_system_without_locks_touches_nothing(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(presence, "lock", refuse)
    lock(tmp_path)
    die(tmp_path)
    who = announce(tmp_path)
    assert not who.is_alone()
    assert (tmp_path / "locks" / "0.output.lock").exists()
