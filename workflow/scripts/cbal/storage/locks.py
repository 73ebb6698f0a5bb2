"""Files that a process locks while it runs; the kernel frees the lock when the process ends."""

import fcntl
from pathlib import Path
from typing import IO


def lock(file: IO | int) -> bool:
    """Lock an open file until it is closed; return False if another process has locked it.

    Args:
        file: the file, or its descriptor.

    Raises:
        OSError: the file system has no locks.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_held(path: Path) -> bool:
    """Return whether a running process holds the lock of a file."""
    try:
        with path.open() as file:
            # A shared lock, so that two processes that check at once do not see each other.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:  # locked, or the file of another user
        return True
    return False
