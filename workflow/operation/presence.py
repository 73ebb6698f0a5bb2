"""Who works in a folder: each Snakemake holds a file of its own there, locked while it lives.

Snakemake's own lock is a file that outlives its maker, so after a crash nobody can tell a
stale lock from a live one, and a person has to. The kernel frees these locks whatever ends a
process: a run that finds itself alone removes what dead ones left.
"""

import atexit
import fcntl
import os
import shutil
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

STATE = Path(".snakemake")
HOST = socket.gethostname()
_held: list[TextIO] = []  # open, so locked, for as long as this process lives


@dataclass
class Presence:
    """What this Snakemake knows of others in its folder.

    Attributes:
        others: those that live, and those of other hosts, of which this one cannot know.
        unlocked: whether a dead one's lock was removed.
    """

    others: list[str] = field(default_factory=list)
    unlocked: bool = False

    @property
    def alone(self) -> bool:
        """Whether no other Snakemake can be working here."""
        return not self.others


def announce(state: Path = STATE) -> Presence:
    """Announce this process as one that works in the folder; if it is alone, unlock it.

    Args:
        state: Snakemake's folder `.snakemake`.
    """
    folder = state / "alive"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{HOST}.{os.getpid()}.{time.time_ns()}"
    mine, hidden = folder / name, folder / f".{name}"
    file = hidden.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # a file system without locks: nothing can be known, nothing is touched
        hidden.unlink()
        return Presence(["perhaps others (this file system has no locks)"])
    _held.append(file)
    os.rename(hidden, mine)  # from now on it is seen, and it is locked
    atexit.register(mine.unlink, missing_ok=True)
    others = living(state, but=mine)
    locks = state / "locks"
    unlocked = not others and any(locks.glob("*.lock"))
    if unlocked:
        shutil.rmtree(locks)
    return Presence(others, unlocked)


def living(state: Path = STATE, but: Path | None = None) -> list[str]:
    """Return the Snakemakes that work in the folder; forget the dead ones of this host.

    Args:
        state: Snakemake's folder `.snakemake`.
        but: a file to pass over.
    """
    found = []
    for file in sorted((state / "alive").glob("[!.]*")):
        if file == but:
            continue
        host, pid, started = file.name.rsplit(".", 2)
        since = time.strftime("%d %b %H:%M", time.localtime(int(started) / 1e9))
        if _is_locked(file):
            found.append(f"process {pid} on {host}, since {since}")
        elif host == HOST:
            file.unlink(missing_ok=True)
        else:  # some file systems keep locks within a host
            found.append(f"perhaps process {pid} on {host}, since {since}; if not, delete {file}")
    return found


def _is_locked(path: Path) -> bool:
    try:
        with path.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
