"""The journal's file: SQLite in WAL mode, shared by several processes and threads."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cbal.errors import InputError


class Database:
    """The file, open; a commit is on disk when it returns."""

    def __init__(self, path: Path, schema: str):
        """Open the file, or begin one.

        Raises:
            InputError: the file cannot be opened, or is no database.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        try:
            self._db = sqlite3.connect(
                path, timeout=30, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(schema)
        except sqlite3.DatabaseError as error:
            raise InputError(
                f"{path}: the journal of answers cannot be opened ({error}); mend the "
                "permissions or the disk, or put back a copy of the file"
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def _change(self) -> Iterator[None]:
        """Make several changes one: all on disk at the end, or none."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:  # a full disk ends it by itself
                    self._db.execute("ROLLBACK")

    def _rows(self, sql: str, *values: Any) -> list[tuple]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()
