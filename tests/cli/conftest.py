"""Fixtures for tests of command lines."""

import pytest

from tests.cli.by_hand import ByHand
from tests.cli.stages import CLUSTER, ENTROPY, Run


@pytest.fixture
def run(prepared, tmp_path):
    return Run(prepared, tmp_path)


@pytest.fixture(scope="session")
def runs(prepared, tmp_path_factory):
    """The same two rounds, answered by the oracle and on the page."""
    runs = {}
    for kind in (Run, ByHand):
        runs[kind] = kind(prepared, tmp_path_factory.mktemp(kind.__name__))
        for round in (1, 2):
            runs[kind].round(round, ENTROPY, CLUSTER)
            runs[kind].train(round)
    return runs
