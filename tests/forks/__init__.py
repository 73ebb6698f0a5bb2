"""Runs of Snakemake and of its jobs that need not import their libraries.

A process (`server.py`) has imported the libraries, and forks for each run. Importing takes longer
than most that tests ask of Snakemake, and than nearly all jobs of a tiny sweep. What has been
imported before the fork are libraries alone: each run takes the packages of the project in which
it runs, and ends as any process does. Where the process itself matters (signals, other users,
another path of packages, what a script imports) tests start a real one, and some whole sweeps
are of real processes.
"""

import os
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
ADDRESS = "TESTS_FORKS"  # variable with the path of the server's socket


def environment() -> dict[str, str]:
    """Return the environment in which the commands `snakemake` and `python` are forks."""
    path = f"{HERE / 'bin'}{os.pathsep}{os.environ['PATH']}"
    # If no environment is active, the rules put the folder of Snakemake's own Python first.
    active = os.environ.get("VIRTUAL_ENV", sys.prefix)
    return os.environ | {"PATH": path, "VIRTUAL_ENV": active, ADDRESS: server()}


def server() -> str:
    """Return the path of the socket of this process's server."""
    return _started(os.getpid())


@cache
def _started(_: int) -> str:
    """Start the server of this process, which the argument names; return its socket's path.

    It ends with this process, which holds the other end of a pair of sockets.
    """
    address = f"{tempfile.mkdtemp(prefix='forks-')}/socket"  # short, as a socket's path must be
    ours, its = socket.socketpair()
    with socket.socket(socket.AF_UNIX) as listener, its:
        listener.bind(address)
        listener.listen(64)
        given = (listener.fileno(), its.fileno())
        # The libraries read these once. Jobs have a thread each, as on one core.
        few = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        quiet = {"TORCH_DEVICE_BACKEND_AUTOLOAD": "0", "MPLBACKEND": "Agg"}
        subprocess.Popen(
            [sys.executable, HERE / "server.py", *map(str, given), address],
            env=os.environ | few | quiet,
            pass_fds=given,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the tests, with which it ends
        )
    _ALIVE.append(ours)
    return address


_ALIVE: list[socket.socket] = []
