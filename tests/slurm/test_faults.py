"""Some of the fault drills of `python -m tests.faults --slurm`, which has them all."""

import pytest

from tests.faults import slurm
from tests.faults.bench import Bench


@pytest.fixture(scope="module")
def bench(cluster, tmp_path_factory):
    return Bench(tmp_path_factory.mktemp("bench"), cluster)


@pytest.mark.parametrize("drill", [slurm.out_of_memory, slurm.main_killed])
def test_the_sweep_comes_back(bench, drill):
    drill(bench)
