"""The journal's file: SQLite, shared by several processes and threads.

Changes go into the file itself before a commit returns (a rollback journal, no write-ahead
log), so that between two answers a copy of the one file is whole.
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

BROKEN = (sqlite3.Error, ValueError, OverflowError, MemoryError)  # that damaged files cause


class LostError(InputError):
    """The file at the path is not the one that was opened."""


class Database:
    """The file, open; a commit is on disk when it returns."""

    def __init__(self, path: Path):
        """Open the file, or begin one.

        Raises:
            InputError: the file cannot be opened, is empty, damaged, or no journal.
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
        """Bring the journal up to this version, check all of it, and remember its last event."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            migrate(self._db)
            check_all(self._path, self._db)
            self._remember()
            self._db.execute("COMMIT")
            self._size = self._path.stat().st_size
        except BaseException:
            self._db.close()  # its lock would outlive the error
            raise

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def check_file(self) -> None:
        """Check that the file at the path is the one that is open, and as long as it was.

        Raises:
            LostError: it is not, now or before.
        """
        with suppress(OSError):
            if not self._lost and _identity(self._path) == self._identity:
                if self._path.stat().st_size >= self._size:
                    return
                self._lost = "shortened"
        self._lost = self._lost or "moved, deleted or replaced"
        raise LostError(
            f"{self._path}: the journal of answers was {self._lost} while it was in use; nothing "
            "more is taken; put the file back, or a copy of it, and run the same command again"
        )

    @contextmanager
    def _change(self) -> Iterator[None]:
        """Make several changes one: all on disk at the end, or none.

        Raises:
            LostError: the file is not, or no longer, the one at the path.
        """
        with self._lock, self._told():
            self.check_file()
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._check_last()
                yield
                self.check_file()
                self._db.execute("COMMIT")
                self._remember()
            finally:
                if self._db.in_transaction:  # a full disk ends it by itself
                    self._db.execute("ROLLBACK")
            self.check_file()
            self._size = max(self._size, self._path.stat().st_size)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell of the file's loss or damage rather than of what SQLite made of it."""
        try:
            yield
        except sqlite3.Error as error:
            self.check_file()
            if type(error) is sqlite3.DatabaseError:  # the others pass, as a full disk or a lock
                raise DamagedError(self._path, str(error)) from error
            raise

    def _check_last(self) -> None:
        """Check that the last event that was seen is still there: no older copy took its place."""
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
        with self._lock, self._told():
            return self._db.execute(sql, values).fetchall()

    def _read(self, table: str, where: str, *values: Any) -> list[tuple]:
        """Return rows of a table with `COLUMNS`, checked.

        Raises:
            DamagedError: a row is not as it was written.
        """
        sql = f"SELECT {COLUMNS[table]}, checksum FROM {table} {where}"
        return checked(self._path, table, self._rows(sql, *values))


def _connect(path: Path) -> sqlite3.Connection:
    """Open a file that is there; its lock comes from SQLite, so nobody else may open it."""
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
    """Make a new journal, which appears whole, and only where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    db = sqlite3.connect(building, isolation_level=None)
    try:
        db.execute("BEGIN")
        create(db)
        db.execute("COMMIT")
        db.close()
        with suppress(FileExistsError):  # another job was faster
            os.link(building, path)
    finally:
        db.close()
        building.unlink(missing_ok=True)
