"""The journal's SQLite file, shared by several processes and threads.

A commit returns after the change is in the file itself (SQLite's rollback journal is used, not
its write-ahead log). So a copy of this one file, made between two answers, is complete.
"""

import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cbal.errors import InputError
from cbal.labeling.checksums import COLUMNS, DamagedError, check_all, checked, create, migrate

BROKEN = (sqlite3.Error, ValueError, OverflowError, MemoryError)  # what a damaged file can raise


class LostError(InputError):
    """The file at the path is no longer the one that was opened, or was changed from outside."""


class Database:
    """The open file. When a commit returns, the change is on disk."""

    def __init__(self, path: Path):
        """Open the file; create it if it does not exist.

        Raises:
            InputError: the file cannot be opened, is empty or damaged, or is not a journal.
        """
        self._path, self._lock = path, threading.RLock()
        self._size, self._lost, self._last = 0, "", (0, b"")
        try:
            if not path.exists():
                _begin(path)
            if path.stat().st_size == 0:
                raise InputError(
                    f"{path}: the journal of answers is empty; put back a copy of it, or delete "
                    "the file to begin a new one"
                )
            self._db = _connect(path)
            self._identity = _identity(path)
            self._check_in()
        except (*BROKEN, OSError) as error:
            raise InputError(
                f"{path}: the journal of answers cannot be opened ({error}); mend the "
                "permissions or the disk, or put back a copy of the file"
            ) from error

    def _check_in(self) -> None:
        """Convert a journal of an earlier version, check all rows, and remember the last event."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            migrate(self._db)
            check_all(self._path, self._db)
            self._remember()
            self._db.execute("COMMIT")
            self._size = self._path.stat().st_size
        except BaseException:
            self._db.close()  # otherwise the lock on the file would stay
            raise

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def check_file(self) -> None:
        """Check that the file at the path is the open one, and has not become shorter.

        Raises:
            LostError: the check fails now, or failed before.
        """
        with suppress(OSError):
            if not self._lost and _identity(self._path) == self._identity:
                if self._path.stat().st_size >= self._size:
                    return
                self._lost = "shortened"
        self._lost = self._lost or "moved, deleted or replaced"
        raise LostError(
            f"{self._path}: the journal of answers was {self._lost} while it was in use; no more "
            "answers are taken; put the file back, or a copy, and run the same command again"
        )

    @contextmanager
    def _change(self) -> Iterator[None]:
        """Run a `with` block as one transaction: all its changes are on disk at its end, or none.

        Raises:
            LostError: the open file is no longer the one at the path.
        """
        with self._lock, self._clear_errors():
            self.check_file()
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._check_last()
                yield
                self.check_file()
                self._db.execute("COMMIT")
                self._remember()
            finally:
                if self._db.in_transaction:  # SQLite itself ends it if the disk is full
                    self._db.execute("ROLLBACK")
            self.check_file()
            self._size = max(self._size, self._path.stat().st_size)

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        """Replace SQLite's errors by `LostError` or `DamagedError` if these are the cause."""
        try:
            yield
        except sqlite3.Error as error:
            self.check_file()
            if type(error) is sqlite3.DatabaseError:  # subclasses: a full disk or a lock, no damage
                raise DamagedError(self._path, str(error)) from error
            raise

    def _check_last(self) -> None:
        """Check that the last known event still exists: no older copy was written over the file."""
        event, own = self._last
        found = self._db.execute("SELECT checksum FROM events WHERE id = ?", (event,)).fetchone()
        if event and found != (own,):
            self._lost = "overwritten"
            self.check_file()

    def _remember(self) -> None:
        """Remember the last event."""
        newest = "SELECT id, checksum FROM events ORDER BY id DESC LIMIT 1"
        self._last = self._db.execute(newest).fetchone() or self._last

    def _rows(self, sql: str, *values: Any) -> list[tuple]:
        with self._lock, self._clear_errors():
            return self._db.execute(sql, values).fetchall()

    def _read(self, table: str, where: str, *values: Any) -> list[tuple]:
        """Return the `COLUMNS` of rows of a table, after a check of their checksums.

        Raises:
            DamagedError: a row differs from its checksum.
        """
        sql = f"SELECT {COLUMNS[table]}, checksum FROM {table} {where}"
        return checked(self._path, table, self._rows(sql, *values))


def _connect(path: Path) -> sqlite3.Connection:
    """Open an existing file with SQLite only.

    If this process opened and closed the file in another way, SQLite's locks would be lost.
    """
    uri = f"{path.absolute().as_uri()}?mode=rw"
    db = sqlite3.connect(uri, uri=True, timeout=30, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = TRUNCATE")
        db.execute("PRAGMA synchronous = FULL")
    except BaseException:
        db.close()
        raise
    return db


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _begin(path: Path) -> None:
    """Create a journal, unless one exists. The file appears at its path when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    db = sqlite3.connect(building, isolation_level=None)
    try:
        db.execute("BEGIN")
        create(db)
        db.execute("COMMIT")
        db.close()
        with suppress(FileExistsError):  # another job has created it
            os.link(building, path)
    finally:
        db.close()
        building.unlink(missing_ok=True)
