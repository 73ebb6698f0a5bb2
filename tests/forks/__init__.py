"""Runs of Snakemake and of its jobs that need not import their libraries.

A process (`server.py`) has imported the libraries, and forks for each run. Importing takes longer
than most that tests ask of Snakemake, and than nearly all jobs of a tiny sweep. What has been
imported before the fork are libraries alone: each run takes the packages of the project in which
it runs, and ends as any process does. Where the process itself matters (signals, other users,
another path of packages, what a script imports) tests start a real one, and some whole sweeps
are of real processes.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
ADDRESS = "TESTS_FORKS"  # variable with the path of the server's socket


def snakemake(*arguments: str, folder: Path) -> subprocess.CompletedProcess:
    """Run Snakemake and its jobs in a folder, and return its status and what it printed.

    Args:
        arguments: of the command line.
        folder: to run in.
    """
    address = server()
    command = ["snakemake", *arguments]
    # The `python` of jobs, which the rules replace by Snakemake's own if no environment is active.
    path = f"{HERE / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {"VIRTUAL_ENV": sys.prefix, **os.environ, ADDRESS: address, "PATH": path}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        status = ask(address, command, folder, environment, (output.fileno(), errors.fileno()))
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(file.read().decode())
    return subprocess.CompletedProcess(command, status, *texts)


def ask(
    address: str,
    command: list[str],
    folder: str | Path,
    environment: Mapping[str, str],
    files: tuple[int, int],
) -> int:
    """Let the server run a command with these files as output and errors; return the status."""
    request = {"command": command, "folder": str(folder), "environment": dict(environment)}
    content = json.dumps(request).encode()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        socket.send_fds(connection, [len(content).to_bytes(8, "big")], files)
        connection.sendall(content)
        status = connection.recv(16)
    return int(status or 1)  # nothing: the fork was killed with the server


def server() -> str:
    """Return the path of the socket of this process's server."""
    return _started(os.getpid())


@cache
def _started(_: int) -> str:
    """Start the server of this process, which the argument names; return its socket's path.

    It ends with this process, which holds the other end of a pipe.
    """
    address = f"{tempfile.mkdtemp(prefix='forks-')}/socket"  # short, as a socket's path must be
    ours, its = socket.socketpair()
    with socket.socket(socket.AF_UNIX) as listener, its:
        listener.bind(address)
        listener.listen(64)
        given = (listener.fileno(), its.fileno())
        command = [sys.executable, str(HERE / "server.py"), *map(str, given), address]
        # The libraries read these once. Jobs have a thread each, as on one core.
        few = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        quiet = {"TORCH_DEVICE_BACKEND_AUTOLOAD": "0", "MPLBACKEND": "Agg"}
        subprocess.Popen(
            command,
            env={**os.environ, **few, **quiet},
            pass_fds=given,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the tests, with which it ends
        )
    _ALIVE.append(ours)
    return address


_ALIVE: list[socket.socket] = []
