"""Run a script as a fork of the process at CBAL_FORKS, or as `python` does if there is none.

    python -IS client.py SCRIPT [ARGUMENT ...]

The fork writes to this process's output, and ends with it. Ctrl-C reaches it too. What
Snakemake measures is this process, so the line at the end has what the fork took.
"""

import os
import signal
import socket
import sys
from contextlib import suppress
from typing import NoReturn


def main() -> None:
    """Ask for a fork, wait for its end, and end like it."""
    heeds = signal.getsignal(signal.SIGINT) != signal.SIG_IGN
    if heeds:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    connection = socket.socket(socket.AF_UNIX)
    environment = (f"{name}={value}" for name, value in os.environ.items())
    request = [os.getcwd(), str(len(sys.argv) - 1), *sys.argv[1:], *environment]
    content = os.fsencode("\0".join(request))
    try:
        connection.connect(os.environ["CBAL_FORKS"])
        socket.send_fds(connection, [len(content).to_bytes(8, "big")], (1, 2))
        connection.sendall(content)
    except OSError:  # the server is gone, and has begun nothing
        run_here()

    def interrupt(*_: object) -> None:
        with suppress(OSError):
            connection.send(b"!")

    if heeds:
        signal.signal(signal.SIGINT, interrupt)
    answer = []
    with suppress(OSError):
        answer = connection.makefile().read().split()
    if answer == ["none"]:
        run_here()
    if not answer:  # the server was killed, and with it the fork
        os.kill(os.getpid(), signal.SIGKILL)
    status, seconds, mebibytes = answer
    if status.startswith("-"):  # by a signal
        with suppress(OSError):  # there is no other way to take a SIGKILL
            signal.signal(int(status[1:]), signal.SIG_DFL)
        os.kill(os.getpid(), int(status[1:]))
    if status == "0":
        print(f"took {seconds} CPU-seconds, {mebibytes} MiB at most", file=sys.stderr)
    sys.exit(int(status))


def run_here() -> NoReturn:
    """Become the script, without a fork."""
    os.execvp("python", ["python", *sys.argv[1:]])


main()
