"""Who works in a folder: each Snakemake holds a file of its own there, locked while it lives.

Snakemake's own lock is a file that outlives its maker, so after a crash nobody can tell a
stale lock from a live one, and a person has to. The kernel frees these locks whatever ends a
process: a run that finds itself alone removes what dead ones left.
"""

import atexit
import fcntl
import os
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from cbal.storage.locks import is_held

STATE = Path(".snakemake")
HOST = socket.gethostname()
_held: list[TextIO] = []  # open, so locked, for as long as this process lives


@dataclass(frozen=True)
class Other:
    """Another Snakemake that announced itself.

    Attributes:
        file: that tells of it.
        lives: whether it is known to; else it is of another host, or cannot be asked.
    """

    file: Path
    lives: bool

    @property
    def started(self) -> float:
        """POSIX time of its announcement."""
        return int(self.file.name.rsplit(".", 1)[1]) / 1e9

    def __str__(self) -> str:
        host, pid, _ = self.file.name.rsplit(".", 2)
        since = time.strftime("%d %b %H:%M", time.localtime(self.started))
        text = f"process {pid} on {host}, since {since}"
        return text if self.lives else f"perhaps {text}; if not, delete {self.file}"


@dataclass
class Presence:
    """What this Snakemake knows of others in its folder.

    Attributes:
        mine: the file that tells of this one.
        others: those that live, or of which this one cannot know.
        dead: files of those that died without taking leave.
        unlocked: whether a dead one's lock was removed.
    """

    mine: Path | None
    others: list[Other] = field(default_factory=list)
    dead: list[Path] = field(default_factory=list)
    unlocked: bool = False

    def is_alone(self) -> bool:
        """Return whether no other Snakemake can be working here now."""
        return self.mine is not None and not living(self.mine.parents[1], self.mine)[0]

    def leave(self) -> None:
        """Take the file away, as if this process had ended."""
        while _held:
            _held.pop().close()
        if self.mine is not None:
            self.mine.unlink(missing_ok=True)

    def bury(self) -> None:
        """Forget the dead ones, once all is done that their death called for."""
        for file in self.dead:
            file.unlink(missing_ok=True)


def announce(state: Path = STATE) -> Presence:
    """Announce this process as one that works in the folder; remove a dead one's lock.

    A lock goes only if nobody else lives here and somebody is known to have died.

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
        return Presence(None)
    _held.append(file)
    os.rename(hidden, mine)  # from now on it is seen, and it is locked
    locks = list((state / "locks").glob("*.lock"))  # before the look around: a later one lives
    others, dead = living(state, mine)
    presence = Presence(mine, others, dead, unlocked=bool(locks and dead and not others))
    atexit.register(presence.leave)
    if presence.unlocked:
        for lock in locks:
            lock.unlink(missing_ok=True)
    return presence


def living(state: Path = STATE, but: Path | None = None) -> tuple[list[Other], list[Path]]:
    """Return the Snakemakes that work in the folder, and the files of dead ones of this host.

    Args:
        state: Snakemake's folder `.snakemake`.
        but: a file to pass over.
    """
    found, dead = [], []
    for file in sorted((state / "alive").glob("[!.]*")):
        if file == but:
            continue
        if is_held(file):
            found.append(Other(file, lives=True))
        elif file.name.startswith(f"{HOST}."):
            dead.append(file)
        else:  # some file systems keep locks within a host
            found.append(Other(file, lives=False))
    return found, dead
