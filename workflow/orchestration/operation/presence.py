"""Which Snakemake processes work in a folder: each keeps a file there locked while it runs.

Snakemake's lock is a file that stays after a crash. Nothing in it tells whether its process
still runs, so a person has to find out. The kernel frees the locks used here, however a process
ends. So a run that is the only one in the folder can remove the files that a crash left.
"""

import atexit
import os
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from cbal.storage.locks import is_held, lock

STATE = Path(".snakemake")
HOST = socket.gethostname()
_held: list[TextIO] = []  # files that stay open, and so locked, until this process ends


@dataclass(frozen=True)
class Other:
    """Another Snakemake that works in the folder.

    Attributes:
        file: its file in `.snakemake/alive`.
        is_running: whether it is known to run; False if it is on another host and not known.
    """

    file: Path
    is_running: bool

    @property
    def started(self) -> float:
        """POSIX time at which it made its file."""
        return int(self.file.name.rsplit(".", 1)[1]) / 1e9

    def __str__(self) -> str:
        host, pid, _ = self.file.name.rsplit(".", 2)
        since = time.strftime("%d %b %H:%M", time.localtime(self.started))
        text = f"process {pid} on {host}, since {since}"
        return text if self.is_running else f"perhaps {text}; if not, delete {self.file}"


@dataclass
class Presence:
    """This Snakemake's file in the folder, and what it knows about other Snakemakes there.

    Attributes:
        mine: the file of this process; None if it has none, as on a file system without locks.
        others: processes that run, or that may run on another host.
        crashed: files of processes that ended without deleting them.
        unlocked: whether Snakemake's lock of a crashed process was removed.
    """

    mine: Path | None
    others: list[Other] = field(default_factory=list)
    crashed: list[Path] = field(default_factory=list)
    unlocked: bool = False

    def is_alone(self) -> bool:
        """Return whether no other Snakemake can be working here now."""
        return self.mine is not None and not find_processes(self.mine.parents[1], self.mine)[0]

    def leave(self) -> None:
        """Delete the file of this process, as if the process had ended."""
        while _held:
            _held.pop().close()
        if self.mine is not None:
            self.mine.unlink(missing_ok=True)

    def delete_crashed(self) -> None:
        """Delete the files of crashed processes; call this after cleaning up behind them."""
        for file in self.crashed:
            file.unlink(missing_ok=True)


def announce(state: Path = STATE) -> Presence:
    """Make the file of this process, and remove Snakemake's lock if it is left from a crash.

    The lock is removed only if no other process runs here and one is known to have crashed.

    Args:
        state: Snakemake's folder `.snakemake`.
    """
    folder = state / "alive"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{HOST}.{os.getpid()}.{time.time_ns()}"
    mine, hidden = folder / name, folder / f".{name}"
    file = hidden.open("w")
    try:
        lock(file)  # a new file, so nobody else has locked it
    except OSError:  # a file system without locks: leave everything as it is
        hidden.unlink()
        return Presence(None)
    _held.append(file)
    os.rename(hidden, mine)  # others see the file only once it is locked
    # List the locks before the processes: a lock that appears later belongs to a running process.
    locks = list((state / "locks").glob("*.lock"))
    others, crashed = find_processes(state, mine)
    presence = Presence(mine, others, crashed, unlocked=bool(locks and crashed and not others))
    atexit.register(presence.leave)
    if presence.unlocked:
        for left in locks:
            left.unlink(missing_ok=True)
    return presence


def find_processes(state: Path = STATE, skip: Path | None = None) -> tuple[list[Other], list[Path]]:
    """Return the Snakemakes that work in the folder, and the files of those that crashed here.

    Args:
        state: Snakemake's folder `.snakemake`.
        skip: a file to ignore, such as the one of this process.
    """
    found, crashed = [], []
    for file in sorted((state / "alive").glob("[!.]*")):
        if file == skip:
            continue
        if is_held(file):
            found.append(Other(file, is_running=True))
        elif file.name.startswith(f"{HOST}."):
            crashed.append(file)
        else:  # on some file systems another host does not see the lock
            found.append(Other(file, is_running=False))
    return found, crashed
