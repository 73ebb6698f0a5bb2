"""The process that imports libraries once, and forks for each job that is asked for.

    python server.py LISTENER LIFE ADDRESS

LISTENER and LIFE are numbers of sockets that are open: where it is asked, and one that closes
when it is to end. ADDRESS is the path of the first. It has one thread, as what forks must have.
"""

import atexit
import ctypes
import gc
import importlib
import io
import os
import runpy
import select
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

# What is imported before a fork, if an earlier job of the same script has imported it. Not Faiss:
# its threads and those of PyTorch are set in an order of their own (cbal/clustering).
LIBRARIES = ("numpy", "pyarrow", "pyarrow.parquet", "pandas", "PIL.Image", "scipy.linalg")
LIBRARIES += ("scipy.optimize", "scipy.special", "scipy.sparse", "sklearn", "safetensors.numpy")
LIBRARIES += ("seaborn", "matplotlib.figure", "torch", "torchvision")
SET_DEATH_SIGNAL, SET_NAME = 1, 15  # of prctl, in linux/prctl.h
BEGUN = b"+"  # what who asks hears when there is a fork
SIZE = 8  # bytes that tell the length of a request
PATIENCE = 10  # seconds that a request may take, while no other is heard


def main(commands: Mapping[str, Callable[[], object]] | None = None) -> None:
    """Fork on request, and become what is asked for.

    Args:
        commands: what runs in a fork, instead of a script, where one of these names is asked for.
            Tests have Snakemake among them.
    """
    listener, life = (socket.socket(fileno=int(word)) for word in sys.argv[1:3])
    address = sys.argv[3]
    request = Forks(listener, life).serve()
    if request is None:
        shutil.rmtree(Path(address).parent, ignore_errors=True)
    else:
        become(request, commands or {})


@dataclass
class Request:
    """What a fork is to do: run a script.

    Attributes:
        folder: working directory.
        words: path of the script, and its arguments.
        environment: of the fork.
        report: file for the names of the libraries that it has imported.
    """

    folder: str
    words: list[str]
    environment: dict[str, str]
    report: int = -1


@dataclass
class Fork:
    """A process, what it runs, and where it tells which libraries it has imported."""

    process: int
    script: str
    report: int


class Forks:
    """The forks of this process, and the connections to those who asked for them."""

    def __init__(self, listener: socket.socket, life: socket.socket):
        self.listener, self.life = listener, life
        self.asking: dict[socket.socket, Fork] = {}
        self.left: list[int] = []  # forks that were killed because who asked was gone
        self.imports: dict[str, set[str]] = {}  # libraries that scripts have imported
        self.ended, signals = socket.socketpair()  # a byte comes when a fork has ended
        self.ended.setblocking(False)
        signals.setblocking(False)
        signal.set_wakeup_fd(signals.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # Whatever who started it does. A fork heeds Ctrl-C from when its output is its own.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        self._open = [listener, life, self.ended, signals]

    def serve(self) -> Request | None:
        """Return a request in the fork for it, and None in this process when it is to end."""
        while True:
            ready = _ready([self.listener, self.life, self.ended, *self.asking])
            if self.life in ready:
                for fork in self.asking.values():
                    _signal(fork, signal.SIGKILL)
                return None
            for connection in self.asking.keys() & ready:
                self._hear(connection)
            if self.ended in ready:
                self._answer()
            if self.listener in ready:
                request = self._fork()
                if request:
                    return request

    def _hear(self, connection: socket.socket) -> None:
        """Interrupt a fork if who asked for it was; kill it if who asked is gone."""
        heard = b""
        with suppress(ConnectionError):
            heard = connection.recv(1)
        _signal(self.asking[connection], signal.SIGINT if heard else signal.SIGKILL)
        if not heard:
            fork = self.asking.pop(connection)
            self.left.append(fork.process)
            os.close(fork.report)
            connection.close()

    def _fork(self) -> Request | None:
        """Take a request and fork; return the request in the fork alone."""
        try:
            connection, _ = self.listener.accept()
        except OSError:  # too many open files: it is asked again
            return None
        try:
            request, files = _received(connection)
        except (EOFError, OSError):
            connection.close()
            return None
        script = request.words[0]
        _import(self.imports.get(script, set()))
        server = os.getpid()
        try:
            report, request.report = os.pipe()
            process = os.fork()
        except OSError:  # no more processes or files: who asked does without a fork
            connection.close()
            _close(*files)
            return None
        if process:
            with suppress(OSError):  # it does so too; who is first does not matter
                os.setpgid(process, process)
            with suppress(OSError):
                connection.sendall(BEGUN)
            self.asking[connection] = Fork(process, script, report)
            _close(request.report, *files)
            return None
        _begin(server, Path(script).stem, files)
        for each in (*self._open, *self.asking, connection):
            each.close()
        _close(report, *(fork.report for fork in self.asking.values()), *files)
        return request

    def _answer(self) -> None:
        """Tell the statuses of the forks that have ended, and what they took."""
        with suppress(BlockingIOError):
            while self.ended.recv(1 << 10):
                pass
        self.left = [process for process in self.left if not os.waitpid(process, os.WNOHANG)[0]]
        for connection, fork in list(self.asking.items()):
            ended, status, usage = os.wait4(fork.process, os.WNOHANG)
            if ended:
                del self.asking[connection]
                self._learn(fork)
                code, seconds = os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime
                with connection, suppress(OSError):
                    answer = f"{code} {seconds:.2f} {usage.ru_maxrss / 1024:.0f}"
                    connection.sendall(answer.encode())

    def _learn(self, fork: Fork) -> None:
        """Remember the libraries that an ended fork has imported, if it came to tell them."""
        os.set_blocking(fork.report, False)  # what it has started may still hold the other end
        with os.fdopen(fork.report, "rb", 0) as report:
            names = (report.read(select.PIPE_BUF) or b"").decode().split()
        self.imports.setdefault(fork.script, set()).update(names)


def become(request: Request, commands: Mapping[str, Callable[[], object]]) -> NoReturn:
    """Run what is asked for in this process, and end it."""
    os.chdir(request.folder)
    os.environ.clear()
    os.environ.update(request.environment)
    tempfile.tempdir = None  # TMPDIR may be another
    _seed()
    name, *words = sys.argv = request.words
    if name in commands:
        sys.orig_argv = [sys.executable, str(Path(sys.executable).with_name(name)), *words]
        _run_and_end(lambda: sys.exit(commands[name]()), request.report)
    script = os.path.abspath(name)
    sys.path[0] = str(Path(script).resolve().parent)
    _run_and_end(lambda: runpy.run_path(script, run_name="__main__"), request.report)


def _seed() -> None:
    """Let generators that nobody seeds differ between forks, as between processes."""
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    if "torch" in sys.modules:
        sys.modules["torch"].seed()


def _run_and_end(run: Callable[[], object], report: int) -> NoReturn:
    """Run, and end as an interpreter does, but for the libraries: to take them apart takes long."""
    status, interrupted = 1, False
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        run()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if end.code is not None and not isinstance(end.code, int):
            print(end.code, file=sys.stderr)
    except BaseException as error:
        _tell(error)
        interrupted = isinstance(error, KeyboardInterrupt)
    finally:
        threading._shutdown()
        atexit._run_exitfuncs()
        _flush()
        os.write(report, " ".join(name for name in LIBRARIES if name in sys.modules).encode())
        if interrupted:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        os._exit(status)


def _flush() -> None:
    """Write what is in the buffers of files, also of those that nobody has closed."""
    for each in gc.get_objects():
        if type(each) in (io.TextIOWrapper, io.BufferedWriter) and not each.closed:
            with suppress(OSError, ValueError):
                each.flush()
    sys.stdout.flush()
    sys.stderr.flush()


def _ready(sockets: list[socket.socket]) -> set[socket.socket]:
    """Wait until sockets can be read, and return them. `select` takes no more than 1,024 files."""
    poll = select.poll()
    for each in sockets:
        poll.register(each, select.POLLIN)
    numbers = {number for number, _ in poll.poll()}
    return {each for each in sockets if each.fileno() in numbers}


def _close(*files: int) -> None:
    for file in files:
        os.close(file)


def _tell(error: BaseException) -> None:
    """Print an error as an interpreter does: the calls from the script on."""
    calls = error.__traceback__
    while calls and calls.tb_frame.f_code.co_filename != os.path.abspath(sys.argv[0]):
        calls = calls.tb_next
    sys.excepthook(type(error), error.with_traceback(calls), calls)


def _begin(server: int, name: str, files: list[int]) -> None:
    """Be a process of its own, which ends with its server."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setpgid(0, 0)
    prctl = ctypes.CDLL(None).prctl
    prctl(SET_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != server:
        os._exit(1)
    prctl(SET_NAME, name.encode())
    for number, file in enumerate(files, 1):
        os.dup2(file, number)


def _signal(fork: Fork, number: int) -> None:
    """Send a signal to a fork, and to what it has started."""
    with suppress(ProcessLookupError):
        os.killpg(fork.process, number)


def _import(names: set[str]) -> None:
    """Import libraries. A fork then need not, and none copies what it searches for garbage."""
    missing = [name for name in LIBRARIES if name in names and name not in sys.modules]
    for name in missing:
        with suppress(Exception, SystemExit):  # the fork will meet it again, and say so
            importlib.import_module(name)
    if missing:
        gc.freeze()


def _received(connection: socket.socket) -> tuple[Request, list[int]]:
    """Return a request, and the files for its output.

    Raises:
        EOFError: who asks is gone.
        OSError: or has stopped.
    """
    connection.settimeout(PATIENCE)
    head, files, *_ = socket.recv_fds(connection, SIZE, 2, socket.MSG_WAITALL)
    try:
        content = b""
        while len(head) < SIZE or len(content) < int.from_bytes(head, "big"):
            part = connection.recv(1 << 16)
            if not part:
                raise EOFError
            content += part
    except (EOFError, OSError):
        _close(*files)
        raise
    connection.settimeout(None)
    folder, n, *words = os.fsdecode(content).split("\0")
    pairs = (word.partition("=") for word in words[int(n) :])
    environment = {name: value for name, _, value in pairs}
    return Request(folder, words[: int(n)], environment), files


if __name__ == "__main__":
    main()
