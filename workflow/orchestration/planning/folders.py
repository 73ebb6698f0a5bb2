"""What can be seen of a person's data set before any job: its files, and whether it has answers."""

import hashlib
import os
import sqlite3
from functools import cache
from pathlib import Path


@cache
def digest_of_files(root: str | Path) -> str:
    """Return a digest of names and sizes of a folder's files, at any depth, links followed."""
    digest, seen = hashlib.sha256(), set()
    for folder, below, files in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        below[:] = sorted(name for name in below if not name.startswith("."))
        if real in seen:  # a loop of links
            below.clear()
            continue
        seen.add(real)
        for name in sorted(name for name in files if not name.startswith(".")):
            try:
                size = os.stat(os.path.join(folder, name)).st_size
            except OSError:
                size = -1
            where = os.path.relpath(os.path.join(folder, name), root)
            digest.update(f"{where}\0{size}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()[:12]


@cache
def has_answers(journal: str | Path) -> bool:
    """Whether a person has answered anything; so too where the journal cannot be read.

    Asked once a run: what a run has planned holds to its end.
    """
    path = Path(journal)
    if not path.exists():
        return False
    try:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
        try:
            return bool(db.execute("SELECT count(*) FROM events").fetchone()[0])
        finally:
            db.close()
    except sqlite3.DatabaseError as error:
        return "no such table" not in str(error)


def state_of(*paths: str | Path) -> list[list[int]]:
    """Return sizes and times of files, to tell whether they have changed; nothing of none."""
    stats = [os.stat(path) for path in paths if os.path.exists(path)]
    return [[each.st_size, each.st_mtime_ns] for each in stats]
