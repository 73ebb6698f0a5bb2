"""What is made once for all processes that run tests side by side."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

WORKER = "PYTEST_XDIST_WORKER"  # variable with the name of such a process


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a path in the folder of this run of the tests, made by the first that asks for it.

    Others wait for it. No test may change it, because tests of another process may read it then.

    Args:
        factory: pytest's fixture.
        name: of the path, and of no other.
        make: makes the path, which does not exist.
    """
    root = factory.getbasetemp().parent if WORKER in os.environ else factory.getbasetemp()
    path, done = root / name, root / f"{name}.done"
    with (root / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(path, ignore_errors=True)  # what a failure left
            make(path)
            done.touch()
    return path
