"""Who lives: the server of a data set, the jobs that wait for answers, the workflow.

Each holds a locked file while it lives, and the kernel frees the lock whatever ends it.
"""

import fcntl
import json
import os
import secrets
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from cbal.errors import InputError
from cbal.storage.files import atomic
from cbal.storage.locks import is_held

START_WITHIN = 60  # seconds: a busy machine imports slowly


def hold(path: Path) -> TextIO | None:
    """Lock a file for as long as the returned file is open; None where another holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    except OSError as error:
        raise InputError(f"{path}: this file system has no locks ({error}); use another") from error
    return file


class Home:
    """The folder of a data set's journal, and the small files beside it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.journal = folder / "journal.sqlite"
        self.thumbnails = folder / "thumbnails"
        self.lock = folder / "server.lock"
        self.log = folder / "server.log"
        self._server = folder / "server.json"
        self._address = folder / "address"

    def waiting(self, step: int) -> Path:
        """Return the file that the job of a step holds while it waits for answers."""
        return self.folder / "waiting" / str(step)

    @contextmanager
    def wait_for(self, step: int) -> Iterator[None]:
        """Hold the step's file, so that the server knows that its answers are wanted."""
        path = self.waiting(step)
        held = hold(path)
        if held is None:
            raise InputError(f"{path}: another job waits for the answers of this step")
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
            held.close()

    def memory(self) -> dict[str, Any]:
        """Return what a server leaves for the next one: its port and its secrets."""
        with suppress(OSError, ValueError):
            return json.loads(self._server.read_text())
        return {"secret": secrets.token_hex(32), "token": secrets.token_urlsafe(24)}

    def remember(self, memory: dict[str, Any]) -> None:
        """Keep `memory` for the next server; nobody else may read it."""
        with atomic(self._server) as temporary:
            temporary.touch(mode=0o600)
            temporary.write_text(json.dumps(memory))

    @property
    def address(self) -> str:
        """The page's address, "" before a server has one."""
        with suppress(OSError):
            return self._address.read_text().strip()
        return ""

    @address.setter
    def address(self, address: str) -> None:
        with atomic(self._address) as temporary:
            temporary.touch(mode=0o600)
            temporary.write_text(f"{address}\n")

    def forget_address(self) -> None:
        """Take away the address of a server that lives no more."""
        self._address.unlink(missing_ok=True)

    def is_ending(self, owner: str | None) -> bool:
        """Return whether the workflow of process `owner` was told to end, and waits for its jobs.

        `orchestration.operation.labeling` writes the file.
        """
        with suppress(OSError):
            return owner is not None and (self.folder / "ending").read_text().strip() == owner
        return False

    @property
    def announcement(self) -> Path:
        """The file with the line that people should see now."""
        return self.folder / "announcement"

    def announce(self, line: str) -> None:
        """Have a line shown to people."""
        with atomic(self.announcement) as temporary:
            temporary.touch(mode=0o600)
            temporary.write_text(f"{line}\n")

    def ensure_server(self, command: Sequence[str]) -> None:
        """Start the server, unless one lives.

        Raises:
            InputError: it ends at once, or does not come up.
        """
        if is_held(self.lock) and self.address:
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("w") as log:
            # A session of its own: Ctrl-C is for the workflow, whose end the server sees.
            server = subprocess.Popen(
                [sys.executable, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_WITHIN
        while not (is_held(self.lock) and self.address):
            if server.poll() is not None or time.monotonic() > deadline:
                said = self.log.read_text().strip().splitlines() or ["no reason given"]
                raise InputError(f"the labeling page cannot be served: {said[-1]}")
            time.sleep(0.05)


class Owner:
    """The process whose end ends the server."""

    def __init__(self, pid: int | None):
        """Watch a process; None watches nobody."""
        self._pid = pid
        self._fd = None
        self._gone = False
        if pid is not None and hasattr(os, "pidfd_open"):
            try:
                self._fd = os.pidfd_open(pid)
            except OSError:
                self._gone = True

    @property
    def lives(self) -> bool:
        """Whether it does; one that nobody has reaped yet does not."""
        if self._pid is None or self._gone:
            return False
        if self._fd is not None:
            self._gone = bool(select.select([self._fd], [], [], 0)[0])
        else:
            try:
                os.kill(self._pid, 0)
            except ProcessLookupError:
                self._gone = True
            except PermissionError:
                pass
        return not self._gone
