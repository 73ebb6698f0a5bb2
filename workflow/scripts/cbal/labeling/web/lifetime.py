"""Find out which processes run: the server of a data set, waiting jobs, and the workflow.

The server and each waiting job keep a file locked while they run. The kernel frees the lock,
however a process ends.
"""

import json
import os
import secrets
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from cbal.errors import InputError
from cbal.labeling.folder import ADDRESS, ANNOUNCEMENT, ENDING, JOURNAL
from cbal.storage.files import atomic
from cbal.storage.locks import is_held, lock

OWNERS = "owners"  # folder with a file for each process that owns the server, named by its id
START_WITHIN = 60  # seconds for the server to start; imports are slow on a busy machine


def hold(path: Path) -> TextIO | None:
    """Lock a file until the returned file is closed; None if another process has locked it.

    Raises:
        InputError: the file system has no locks.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a")
    try:
        if lock(file):
            return file
    except OSError as error:
        raise InputError(f"{path}: this file system has no locks ({error}); use another") from error
    file.close()
    return None


class Home:
    """The labeling folder of a data set: the journal, and small files next to it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.journal = folder / JOURNAL
        self.thumbnails = folder / "thumbnails"
        self.lock = folder / "server.lock"
        self.log = folder / "server.log"
        self._server = folder / "server.json"
        self._address = folder / ADDRESS

    def waiting(self, step: int) -> Path:
        """Return the file that the job of a step locks while it waits for answers."""
        return self.folder / "waiting" / str(step)

    @contextmanager
    def wait_for(self, step: int, made_from: Mapping[str, Path | None] = {}) -> Iterator[None]:
        """Lock the file of a step, so that the server knows that a job waits for its answers.

        Args:
            step: number of the step in the journal.
            made_from: files that the step's clusters were made from, for the server to read.

        Raises:
            InputError: another job waits for the answers of this step.
        """
        path = self.waiting(step)
        held = hold(path)
        if held is None:
            raise InputError(f"{path}: another job waits for the answers of this step")
        try:
            held.truncate(0)  # a killed job left its own
            named = {name: str(file.absolute()) for name, file in made_from.items() if file}
            held.write(json.dumps(named))
            held.flush()
            yield
        finally:
            path.unlink(missing_ok=True)
            held.close()

    def made_from(self, step: int) -> dict[str, Path]:
        """Return the files that the clusters of a step were made from; none if no job waits."""
        with suppress(OSError, ValueError):  # it may just be written
            path = self.waiting(step)
            said = json.loads(path.read_text()) if is_held(path) else {}
            return {name: Path(file) for name, file in said.items()}
        return {}

    def memory(self) -> dict[str, Any]:
        """Return port and secrets of the last server, or new secrets if there was none."""
        with suppress(OSError, ValueError):
            return json.loads(self._server.read_text())
        return {"secret": secrets.token_hex(32), "token": secrets.token_urlsafe(24)}

    def remember(self, memory: dict[str, Any]) -> None:
        """Store `memory` for the next server, in a file that only the user can read."""
        with atomic(self._server) as temporary:
            temporary.touch(mode=0o600)
            temporary.write_text(json.dumps(memory))

    @property
    def address(self) -> str:
        """Address of the page; "" if no server has written one."""
        with suppress(OSError):
            return self._address.read_text().strip()
        return ""

    @address.setter
    def address(self, address: str) -> None:
        with atomic(self._address) as temporary:
            temporary.touch(mode=0o600)
            temporary.write_text(f"{address}\n")

    def forget_address(self) -> None:
        """Delete the address of a server that has ended."""
        self._address.unlink(missing_ok=True)

    def is_ending(self, owner: str | None) -> bool:
        """Return whether the workflow with process id `owner` was told to end.

        It then waits for its running jobs. `orchestration.operation.labeling` writes the file.
        """
        with suppress(OSError):
            return owner is not None and (self.folder / ENDING).read_text().strip() == owner
        return False

    @property
    def announcement(self) -> Path:
        """File with the line that is shown to people now."""
        return self.folder / ANNOUNCEMENT

    def announce(self, line: str) -> None:
        """Write a line that the workflow shows to people."""
        with atomic(self.announcement) as temporary:
            temporary.touch(mode=0o600)
            temporary.write_text(f"{line}\n")

    def own(self, owner: str | None) -> None:
        """Let a workflow's process own the server, besides the one that started it."""
        if owner is not None:
            (self.folder / OWNERS).mkdir(parents=True, exist_ok=True)
            (self.folder / OWNERS / owner).touch()

    def ensure_server(self, command: Sequence[str]) -> None:
        """Start the server, unless one runs.

        Raises:
            InputError: the server ends at once, or is not ready within `START_WITHIN` seconds.
        """
        if is_held(self.lock) and self.address:
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("w") as log:
            # In a new session, so that Ctrl-C ends only the workflow; the server ends after it.
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
    """The workflow's process. When it ends, the server ends, too."""

    def __init__(self, pid: int | None):
        """Watch the process with this id; None for no process."""
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
        """Whether the process runs; a zombie process does not count as running."""
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


class Owners:
    """The workflows that use a server: it ends after the last of them."""

    def __init__(self, home: Home, first: Owner):
        """Watch the process that started the server, and those of `Home.own`."""
        self._home, self._known = home, {"": first}

    @property
    def lives(self) -> bool:
        """Whether one of the processes runs. The files of those that have ended are deleted."""
        for path in (self._home.folder / OWNERS).glob("[0-9]*"):
            if path.name not in self._known:
                self._known[path.name] = Owner(int(path.name))
            if not self._known[path.name].lives:
                path.unlink(missing_ok=True)
                del self._known[path.name]
        return any(owner.lives for owner in self._known.values())
