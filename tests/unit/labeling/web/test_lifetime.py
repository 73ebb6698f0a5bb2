"""Which processes a server outlives."""

import subprocess

import pytest

from cbal.labeling.web.lifetime import Home, Owner, Owners


@pytest.fixture
def processes():
    """Two processes that stand for two workflows."""
    started = [subprocess.Popen(["sleep", "600"]) for _ in range(2)]
    yield started
    for process in started:
        process.kill()
        process.wait()


def end(process):
    process.kill()
    process.wait()


def test_a_server_stays_while_one_of_its_workflows_runs(tmp_path, processes):
    first, second = processes
    home = Home(tmp_path)
    owners = Owners(home, Owner(first.pid))
    assert owners.lives
    home.own(str(second.pid))
    end(first)
    assert owners.lives
    end(second)
    assert not owners.lives
    assert not list(tmp_path.glob("owners/*"))


def test_a_server_that_starts_later_knows_who_owned_the_last_one(tmp_path, processes):
    home = Home(tmp_path)
    home.own(str(processes[0].pid))
    home.own(None)
    assert Owners(home, Owner(None)).lives
    end(processes[0])
    assert not Owners(home, Owner(None)).lives
