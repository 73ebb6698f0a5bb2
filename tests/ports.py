"""Ports for the servers of tests, which no other process of tests takes meanwhile.

Tests run in several processes side by side, and perhaps in several checkouts. A server that is
started again must find its port free, as it would on a person's machine.
"""

import os
import tempfile
from functools import cache
from pathlib import Path
from typing import IO

from cbal.labeling.web.serving import PORTS
from cbal.storage.locks import lock

FIRST, BLOCKS = 18000, 500  # below those that systems give to clients, from 32768 on


def own_port() -> int:
    """Return the first of `PORTS` ports that are this process's until it ends."""
    return _block(os.getpid())[0]


def last_port() -> int:
    """Return the last of this process's ports, for a server that may have no other.

    Servers that look for a free one begin with the first.
    """
    return own_port() + PORTS - 1


@cache
def _block(_: int) -> tuple[int, IO]:
    """Return the first port of a block that no process has, and the file whose lock holds it.

    Raises:
        OSError: all blocks are taken.
    """
    folder = Path(tempfile.gettempdir(), f"cbal-tests-ports-{os.getuid()}")
    folder.mkdir(exist_ok=True)
    for block in range(BLOCKS):
        file = (folder / str(block)).open("w")
        if lock(file):
            return FIRST + block * PORTS, file
        file.close()
    raise OSError(f"{folder}: all {BLOCKS} blocks of ports are taken")
