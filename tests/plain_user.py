"""Run code as an ordinary user, because permissions do not hold for root."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

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


def as_plain_user() -> list[str]:
    """Return what goes before a command, so that permissions bind it, too."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("needs setpriv, to run a command without the powers of root")
    without = "-dac_override,-dac_read_search"
    return ["setpriv", f"--inh-caps={without}", f"--bounding-set={without}"]
