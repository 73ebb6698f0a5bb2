"""Some of the fault drills of `python -m tests.faults`, which has them all, and more moments."""

import os
import shutil

import pytest

from tests.faults import local
from tests.faults.bench import Bench

MAY_MOUNT = os.geteuid() == 0 and shutil.which("mount")
NEEDS_MOUNT = pytest.mark.skipif(not MAY_MOUNT, reason="only root mounts a small file system")


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return Bench(tmp_path_factory.mktemp("bench"))


@pytest.mark.parametrize(
    ("drill", "seed"),
    [
        (local.snakemake_killed, 9),  # stops the orphans
        (local.job_killed, 3),
        (local.forking_killed, 8),
        (local.interrupted_once, 4),
        (local.interrupted_twice, 5),
        (local.two_at_once, 6),
        pytest.param(local.disk_full, 7, marks=NEEDS_MOUNT),
    ],
)
def test_the_sweep_comes_back(bench, drill, seed):
    bench.random.seed(seed)
    drill(bench)
