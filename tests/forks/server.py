"""The process that imports the libraries once, and forks for each command that is asked for.

    python tests/forks/server.py LISTENER LIFE ADDRESS

LISTENER and LIFE are sockets that are open: where it is asked, and one that closes when it is to
end. ADDRESS is the path of the first.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NoReturn

LIBRARIES = ["numpy", "pyarrow.parquet", "pandas", "PIL.Image", "scipy.optimize", "scipy.special"]
LIBRARIES += ["sklearn.datasets", "sklearn.feature_extraction.text", "safetensors.numpy"]
LIBRARIES += ["seaborn", "matplotlib.figure", "torch", "torchvision", "faiss"]


def main() -> None:
    """Import the libraries, fork on request, and become the commands that are asked for."""
    listener, life = (socket.socket(fileno=int(word)) for word in sys.argv[1:3])
    address = sys.argv[3]
    sys.path[0] = str(Path(sys.executable).parent)  # as of the command `snakemake`
    from snakemake import cli

    cli.get_argument_parser()  # finds all plugins, and compiles their patterns
    gc.freeze()
    request = Forks(listener, life).serve()
    if request is None:
        shutil.rmtree(Path(address).parent)
        return
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    name, *words = request["command"]
    if name == "snakemake":
        sys.argv = request["command"]
        # With it our rules start Snakemake again, after they have ended jobs of a crashed one.
        sys.orig_argv = [sys.executable, f"{Path(sys.executable).parent}/snakemake", *words]
        _run_and_end(lambda: sys.exit(cli.main()))
    sys.argv = words
    sys.path[0] = str(Path(words[0]).parent.resolve())
    _run_and_end(lambda: runpy.run_path(words[0], run_name="__main__"))


class Forks:
    """The forks of this process, and the connections to those who asked for them.

    There is one fork for each request and no other: a fork of a process that has imported much
    takes longer than most jobs do.
    """

    def __init__(self, listener: socket.socket, life: socket.socket):
        self.listener, self.life = listener, life
        self.asking: dict[socket.socket, int] = {}  # the fork of each connection
        self.left: list[int] = []  # forks that were killed because who asked was gone
        self.ended, signals = socket.socketpair()  # a byte comes when a fork has ended
        self.ended.setblocking(False)
        signals.setblocking(False)
        signal.set_wakeup_fd(signals.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._open = [listener, life, self.ended, signals]

    def serve(self) -> dict | None:
        """Return a request in the fork for it, and None in this process when it is to end."""
        while True:
            waited = [self.listener, self.life, self.ended, *self.asking]
            ready = select.select(waited, [], [])[0]
            if self.life in ready:
                for process in self.asking.values():
                    _kill(process)
                return None
            for connection in self.asking.keys() & {*ready}:  # who asked is gone
                _kill(self.asking[connection])
                self.left.append(self.asking.pop(connection))
                connection.close()
            if self.ended in ready:
                self._answer()
            if self.listener in ready:
                request = self._fork()
                if request:
                    return request

    def _fork(self) -> dict | None:
        """Take a request and fork; return the request in the fork alone."""
        connection, _ = self.listener.accept()
        try:
            request, files = _received(connection)
        except EOFError:
            connection.close()
            return None
        if request["command"][0] == "python":
            _import_libraries()
        process = os.fork()
        if process:
            self.asking[connection] = process
        else:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            for number, file in enumerate(files, 1):
                os.dup2(file, number)
            for each in (*self._open, *self.asking, connection):
                each.close()
        for file in files:
            os.close(file)
        return None if process else request

    def _answer(self) -> None:
        """Tell the statuses of the forks that have ended."""
        with suppress(BlockingIOError):
            while self.ended.recv(1 << 10):
                pass
        self.left = [process for process in self.left if not os.waitpid(process, os.WNOHANG)[0]]
        for connection, process in list(self.asking.items()):
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                del self.asking[connection]
                with connection, suppress(OSError):
                    connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def _kill(process: int) -> None:
    """Kill a fork, and what it has started in its session's group."""
    with suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)


@cache
def _import_libraries() -> None:
    """Import what jobs need, when the first of them is asked for: most dry runs come without."""
    for name in LIBRARIES:
        with suppress(ImportError):  # a job says so itself, if it needs it
            importlib.import_module(name)
    gc.freeze()  # else each fork copies what it searches for garbage


def _received(connection: socket.socket) -> tuple[dict, list[int]]:
    """Return a request, and the files that came with it.

    Raises:
        EOFError: who asks is gone.
    """
    head, files, *_ = socket.recv_fds(connection, 8, 2, socket.MSG_WAITALL)
    content = b""
    while not head or len(content) < int.from_bytes(head, "big"):
        part = connection.recv(1 << 16)
        if not part:
            for file in files:
                os.close(file)
            raise EOFError
        content += part
    return json.loads(content), files


def _run_and_end(run: Callable[[], object]) -> NoReturn:
    """Run, and end as an interpreter does, but for the libraries: to take them apart takes 2 s."""
    status = 1
    try:
        run()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if end.code is not None and not isinstance(end.code, int):
            print(end.code, file=sys.stderr)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        threading._shutdown()
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
