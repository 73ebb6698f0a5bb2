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


def main() -> None:
    """Ask for a fork, wait for its end, and end like it."""
    interrupted = False

    def interrupt(*_: object) -> None:
        nonlocal interrupted
        interrupted = True
        with suppress(OSError):
            connection.send(b"!")

    connection = socket.socket(socket.AF_UNIX)
    environment = (f"{name}={value}" for name, value in os.environ.items())
    request = [os.getcwd(), str(len(sys.argv) - 1), *sys.argv[1:], *environment]
    content = os.fsencode("\0".join(request))
    heeds = signal.getsignal(signal.SIGINT) != signal.SIG_IGN
    begun = answer = b""
    with suppress(OSError):  # the server is gone
        if heeds:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        connection.connect(os.environ["CBAL_FORKS"])
        socket.send_fds(connection, [len(content).to_bytes(8, "big")], (1, 2))
        connection.sendall(content)
        if heeds:
            signal.signal(signal.SIGINT, interrupt)
        begun = connection.recv(1)
        answer = connection.makefile("rb").read()
    if not begun:
        if heeds:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        if interrupted:
            os.kill(os.getpid(), signal.SIGINT)
        os.execvp("python", ["python", *sys.argv[1:]])
    if not answer:  # the server was killed, and with it the fork
        os.kill(os.getpid(), signal.SIGKILL)
    status, seconds, mebibytes = answer.decode().split()
    if status.startswith("-"):  # by a signal
        with suppress(OSError):  # there is no other way to take a SIGKILL
            signal.signal(int(status[1:]), signal.SIG_DFL)
        os.kill(os.getpid(), int(status[1:]))
    if status == "0":
        print(f"took {seconds} CPU-seconds, {mebibytes} MiB at most", file=sys.stderr)
    sys.exit(int(status))


main()
