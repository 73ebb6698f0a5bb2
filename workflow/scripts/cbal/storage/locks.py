"""Files that a process locks while it lives; the kernel frees the lock whatever ends it."""

import fcntl
from pathlib import Path


def is_held(path: Path) -> bool:
    """Return whether somebody who lives holds a file."""
    try:
        with path.open() as file:
            # Shared: two who look at once must not see each other's look.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:  # held, or somebody else's: not to be touched
        return True
    return False
