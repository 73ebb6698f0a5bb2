"""A real Slurm for the tests of this folder; they are skipped if it cannot run."""

import tempfile
from pathlib import Path

import pytest

from tests.slurm.cluster import Cluster, missing


def started(accounting: bool):
    """Yield a cluster that lives as long as the fixture."""
    lacking = missing(accounting)
    if lacking:
        pytest.skip(f"no {', '.join(lacking)} here: `make test-slurm` installs them on Debian")
    # Not pytest's own folder: the path of a socket must be short.
    with (
        tempfile.TemporaryDirectory(prefix="slurm-") as folder,
        Cluster(Path(folder), accounting) as cluster,
    ):
        yield cluster


@pytest.fixture(scope="session")
def cluster():
    """A cluster without accounting."""
    yield from started(accounting=False)


@pytest.fixture(scope="session")
def cluster_with_accounting():
    """A cluster with a database of accounts and jobs; `research` is an account."""
    yield from started(accounting=True)
