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
    request = _asked(listener, life, address)
    listener.close()
    life.close()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    name, *words = request["command"]
    if name == "snakemake":
        sys.argv = request["command"]
        _run_and_end(lambda: sys.exit(cli.main()))
    sys.argv = words
    sys.path[0] = str(Path(words[0]).parent.resolve())
    _run_and_end(lambda: runpy.run_path(words[0], run_name="__main__"))


def _asked(listener: socket.socket, life: socket.socket, address: str) -> dict:
    """Fork for each request; return it in the fork alone, whose output goes where it says."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait for a fork
    while True:
        if life in select.select([listener, life], [], [])[0]:
            shutil.rmtree(Path(address).parent)
            sys.exit()
        connection, _ = listener.accept()
        with connection:
            try:
                request, files = _received(connection)
            except EOFError:
                continue
            if request["command"][0] == "python":
                _import_libraries()
            if os.fork():
                for file in files:
                    os.close(file)
                continue
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            process = os.fork()
            if process:
                _answer(connection, process, files)
            os.setsid()
            for file, number in zip(files, (1, 2)):
                os.dup2(file, number)
                os.close(file)
            return request


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


def _answer(connection: socket.socket, process: int, files: list[int]) -> NoReturn:
    """Wait for a fork, tell its status, and end; end the fork if who asked for it is gone."""

    def end() -> None:
        connection.recv(1)  # nothing comes, until the other side is closed
        with suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)

    for file in files:
        os.close(file)
    threading.Thread(target=end, daemon=True).start()
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    with suppress(OSError):
        connection.sendall(str(status).encode())
    os._exit(0)


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
