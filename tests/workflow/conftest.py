"""A tiny sweep, finished once for all tests."""

import os

import pytest

from orchestration import forks
from tests.project import Project, checkout
from tests.shared import once

TINY = {
    "sweep": {"datasets": ["tiny"], "scenarios": ["random", "uncertain+cluster"]}
    | {"seeds": [0], "rounds": 2},
    "dataset": {"source": "digits", "subset": 60, "test_subset": 40, "model": "convnet"}
    | {"interactions": 6, "training": {"epochs": 1, "learning_rate": 0.05}},
}


@pytest.fixture(scope="session")
def fresh(tmp_path_factory) -> Project:
    """The project with the sweep `tiny`, and nothing computed."""
    project = checkout(tmp_path_factory.mktemp("project") / "fresh")
    project.configure(sweep="tiny", sweeps__tiny=TINY["sweep"], datasets__tiny=TINY["dataset"])
    return project


@pytest.fixture(scope="session")
def finished(fresh, tmp_path_factory) -> Project:
    """The finished tiny sweep. Tests must not change it, but a copy.

    Its jobs are processes of their own, so that each finds all that it needs.
    """

    def finish(path):
        environment = os.environ | {forks.ADDRESS: ""}
        result = fresh.copy(path).on_screen("--cores", "2", environment=environment)
        assert result.returncode == 0, result.stdout

    return Project(once(tmp_path_factory, "finished", finish)).copy(
        tmp_path_factory.mktemp("finished") / "project"
    )


@pytest.fixture
def project(finished, tmp_path) -> Project:
    """A copy of the finished sweep, which a test may change."""
    return finished.copy(tmp_path / "project")


os.environ.setdefault("MPLBACKEND", "Agg")
