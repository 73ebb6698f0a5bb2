"""Jobs that need not import their libraries: each is a fork of a process that has done so.

Most jobs of a sweep take less time than to start Python and to import NumPy, SciPy or PyTorch.
So while Snakemake runs jobs on this machine, a process (`server.py`) forks for each job of one
thread. The command line of a rule stays as it is: the shell function `python`
(`workflow/scripts/tell_signals.sh`) calls `client.py`, which asks the process for a fork, lends
it its output, and ends as the fork ends. What was imported before a fork are libraries alone,
so a job finds the project's code as it is when the job starts.

A job is a process of its own where that matters or helps nothing: on Slurm, with several threads
(the libraries read their number when they are loaded) or none (the pages for people), in an
environment of conda or a container, and wherever the process that forks cannot be reached.
"""

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

CLIENT, SERVER = (Path(__file__).with_name(name) for name in ("client.py", "server.py"))
ADDRESS = "CBAL_FORKS"  # variable with the path of the server's socket; empty for no forks
PATIENCE = 10  # seconds for a server to end
# As Snakemake sets them for a job of one thread. The libraries read them when they are loaded.
PREFIXES = ("OMP", "GOTO", "OPENBLAS", "MKL", "NUMEXPR")
ONE_THREAD = {f"{prefix}_NUM_THREADS": "1" for prefix in PREFIXES} | {"VECLIB_MAXIMUM_THREADS": "1"}


def start() -> None:
    """Start a server for the jobs of this process, unless there is one, or none is wanted.

    It ends with this process, however that ends, and its forks with it.
    """
    python = shutil.which("python")
    closed = None in (sys.stdin, sys.stdout, sys.stderr)
    if ADDRESS not in os.environ and sys.platform == "linux" and python and not closed:
        with suppress(OSError):
            folder = tempfile.mkdtemp(prefix="forks-")
            try:
                os.environ[ADDRESS] = serve([python, SERVER], folder)
            except OSError:  # no socket there, or its path is too long
                shutil.rmtree(folder)


def serve(command: list[str | Path], folder: str) -> str:
    """Start a server, and return the path of its socket.

    Args:
        command: starts it; it gets the numbers of two sockets, and the path of the first: where
            it listens, and one that closes with this process.
        folder: for the socket; the server deletes it.
    """
    address = f"{folder}/socket"
    ours, its = socket.socketpair()
    with socket.socket(socket.AF_UNIX) as listener, its:
        listener.bind(address)
        listener.listen(64)
        given = listener.fileno(), its.fileno()
        process = subprocess.Popen(
            [*command, *map(str, given), address],
            env=os.environ | ONE_THREAD,
            pass_fds=given,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for those who ask, and reaches their forks
        )
    atexit.register(_end, ours, process, folder)
    return address


def _end(life: socket.socket, server: subprocess.Popen, folder: str) -> None:
    """End a server, and wait for it, so that this process's times include those of its forks."""
    life.close()
    try:
        server.wait(PATIENCE)
    except subprocess.TimeoutExpired:  # somebody has stopped it
        server.kill()
        server.wait()
    shutil.rmtree(folder, ignore_errors=True)
