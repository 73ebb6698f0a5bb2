"""Runs of Snakemake that need not import it: they and their jobs are forks of one process.

Importing takes longer than most that tests ask of Snakemake, and than nearly all jobs of a tiny
sweep. The workflow itself has such a process for jobs; that of the tests (`server.py`) lasts as
long as they do, and forks for Snakemake too. Where the process itself matters (signals, other
users, another path of packages, what a script imports) tests start a real one.
"""

import os
import sys
import tempfile
from functools import cache
from pathlib import Path

from orchestration import forks

HERE = Path(__file__).parent


def environment() -> dict[str, str]:
    """Return the environment in which the command `snakemake` and jobs of one thread are forks."""
    path = f"{HERE / 'bin'}{os.pathsep}{os.environ['PATH']}"
    # If no environment is active, the rules put the folder of Snakemake's own Python first.
    active = os.environ.get("VIRTUAL_ENV", sys.prefix)
    return os.environ | {"PATH": path, "VIRTUAL_ENV": active, forks.ADDRESS: server()}


def without_server() -> dict[str, str]:
    """Return the environment in which Snakemake starts a server of its own."""
    return {name: value for name, value in os.environ.items() if name != forks.ADDRESS}


def server() -> str:
    """Return the path of the socket of this process's server, which ends with this process."""
    return _started(os.getpid())


@cache
def _started(_: int) -> str:
    """Start the server of this process, which the argument names; return its socket's path."""
    return forks.serve([sys.executable, HERE / "server.py"], tempfile.mkdtemp(prefix="forks-"))
