"""Facts about a user's data set that are known before any job: its files, and its answers."""

import glob
import hashlib
import os
import sqlite3
from functools import cache
from pathlib import Path


@cache
def digest_of_files(root: str | Path) -> str:
    """Return a digest of the names and sizes of all files below a folder; links are followed.

    Of a file it is that of the files with its name and any ending, in the same folder.
    """
    digest, seen = hashlib.sha256(), set()
    if os.path.isfile(root):
        for file in sorted(Path(root).parent.glob(f"{glob.escape(Path(root).stem)}.*")):
            digest.update(f"{file.name}\0{file.stat().st_size}\0".encode())
        return digest.hexdigest()[:12]
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
    """Return whether the journal has an answer, or cannot be read.

    The result is cached: the plan of a run must not change while it runs.
    """
    path = Path(journal)
    if not path.exists():
        return False
    try:
        return bool(_value_in(path, "SELECT count(*) FROM events"))
    except sqlite3.DatabaseError as error:
        return "no such table" not in str(error)


@cache
def reviewed(journal: str | Path) -> list[int]:
    """Return a state of the journal that changes whenever a label or a class is corrected.

    [] if nothing was ever corrected. The result is cached; see `has_answers`.
    """
    path = Path(journal)
    if not path.exists():
        return []
    # Steps whose scenario begins with "/" keep the changes: `cbal.labeling.changes`.
    latest = "SELECT max(events.id) FROM events JOIN steps ON steps.id = events.step"
    try:
        found = _value_in(path, f"{latest} WHERE substr(scenario, 1, 1) = '/'")
    except sqlite3.DatabaseError:
        return []
    return [found] if found else []


def _value_in(journal: Path, query: str) -> int | None:
    """Return the one value of a query, read from a journal that others may write meanwhile."""
    db = sqlite3.connect(f"{journal.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
    try:
        return db.execute(query).fetchone()[0]
    finally:
        db.close()


def state_of(*paths: str | Path) -> list[list[int]]:
    """Return size and time of each file that exists, to detect changes."""
    stats = [os.stat(path) for path in paths if os.path.exists(path)]
    return [[each.st_size, each.st_mtime_ns] for each in stats]
