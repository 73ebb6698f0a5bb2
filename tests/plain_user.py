"""Run code as an ordinary user, because permissions do not hold for root."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


@contextmanager
def plain_user(folder: Path) -> Iterator[None]:
    """Work without the powers of root in a folder, which then belongs to the user."""
    before, root = Path.cwd(), os.geteuid() == 0
    os.chdir(folder)
    if root:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        os.chdir(before)
