"""Tables of the journal, and checksums that detect changed or missing rows.

Every row has a checksum of its columns. The checksum of an event also covers the checksum of
the event before. The table `totals` has the number of rows of each table and the checksum of
the last event, so that a missing row is detected, too.
"""

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from cbal.errors import InputError
from cbal.wording import counted

TABLES = {
    "files": "sample INTEGER PRIMARY KEY, name TEXT NOT NULL, split TEXT NOT NULL",
    "classes": "number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE",
    "steps": "id INTEGER PRIMARY KEY, scenario TEXT NOT NULL, seed INTEGER NOT NULL,"
    " round INTEGER NOT NULL, step TEXT NOT NULL, kind TEXT NOT NULL, digest TEXT NOT NULL,"
    " context TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'open', classes TEXT",
    "questions": "step INTEGER NOT NULL, interaction INTEGER NOT NULL, samples BLOB NOT NULL,"
    " hints TEXT NOT NULL",
    "events": "id INTEGER PRIMARY KEY AUTOINCREMENT, step INTEGER NOT NULL,"
    " interaction INTEGER NOT NULL, action TEXT NOT NULL, label INTEGER, excluded TEXT,"
    " seconds REAL NOT NULL, person TEXT NOT NULL, at REAL NOT NULL",
}
KEYS = {
    "steps": ", UNIQUE (scenario, seed, round, step, digest)",
    "questions": ", PRIMARY KEY (step, interaction)",
}
# Columns that journals of earlier versions do not have.
ADDED = {
    "files": ("checksum BLOB",),
    "classes": ("checksum BLOB",),
    "steps": ("checksum BLOB",),
    "questions": ("checksum BLOB",),
    "events": ("request TEXT", "previous BLOB", "checksum BLOB", "annotator TEXT"),
}
TOTALS = "CREATE TABLE totals (name TEXT PRIMARY KEY, rows INTEGER, last BLOB, checksum BLOB)"
INDEXES = (
    "CREATE INDEX IF NOT EXISTS events_of_step ON events (step)",
    "CREATE UNIQUE INDEX IF NOT EXISTS event_of_request ON events (request)",
)
COLUMNS = {
    "files": "sample, name, split",
    "classes": "number, name",
    "steps": "id, scenario, seed, round, step, kind, digest, context, state, classes",
    "questions": "step, interaction, samples, hints",
    "events": "id, step, interaction, action, label, excluded, seconds, person, at, request,"
    " previous, annotator",
    "totals": "name, rows, last",
}


class DamagedError(InputError):
    """The content of the journal differs from what was written."""

    def __init__(self, path: Path, what: str):
        super().__init__(
            f"{path}: the journal of answers is damaged ({what}); stop the workflow, keep the "
            "file, and put back your latest copy of it"
        )


def checksum(values: tuple) -> bytes:
    """Return the checksum of a row's columns."""
    return hashlib.blake2b(repr(values).encode(), digest_size=16).digest()


def _checksum_of(table: str, values: tuple) -> bytes:
    """Return the checksum of a row of a table.

    An event without the annotator's name has the checksum that it had before there were names, so
    that journals of earlier versions stay valid.
    """
    nameless = table == "events" and values[-1] is None
    return checksum(values[:-1] if nameless else values)


def create(db: sqlite3.Connection) -> None:
    """Create the tables of a new journal. Call it within a transaction."""
    for name, columns in TABLES.items():
        more = "".join(f", {column}" for column in ADDED[name])
        db.execute(f"CREATE TABLE {name} ({columns}{more}{KEYS.get(name, '')})")
    _finish(db)


def migrate(db: sqlite3.Connection) -> bool:
    """Add checksums to a journal of an earlier version. Call it within a transaction.

    Returns:
        Whether the journal was of an earlier version.
    """
    names = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
    if "totals" in names:
        return _add_annotator(db)
    for name, columns in ADDED.items():
        if name not in names:
            db.execute(f"CREATE TABLE {name} ({TABLES[name]}{KEYS.get(name, '')})")
        for column in columns:
            db.execute(f"ALTER TABLE {name} ADD COLUMN {column}")
    _finish(db)
    for name in TABLES:
        for (row,) in db.execute(f"SELECT rowid FROM {name} ORDER BY rowid").fetchall():
            seal(db, name, row)
    return True


def _add_annotator(db: sqlite3.Connection) -> bool:
    """Add the column of names to a journal with checksums; return whether it had none."""
    known = [name for _, name, *_ in db.execute("PRAGMA table_info(events)")]
    if "annotator" in known:
        return False
    db.execute("ALTER TABLE events ADD COLUMN annotator TEXT")
    return True


def _finish(db: sqlite3.Connection) -> None:
    for statement in (TOTALS, *INDEXES):
        db.execute(statement)
    for name in TABLES:
        total = (name, 0, b"")
        db.execute("INSERT INTO totals VALUES (?, ?, ?, ?)", (*total, checksum(total)))


def seal(db: sqlite3.Connection, table: str, row: int, new: bool = True) -> None:
    """Write the checksum of a row; update `totals` if the row is new."""
    ((rows, last),) = db.execute("SELECT rows, last FROM totals WHERE name = ?", (table,))
    if table == "events":
        db.execute("UPDATE events SET previous = ? WHERE rowid = ?", (last, row))
    (values,) = db.execute(f"SELECT {COLUMNS[table]} FROM {table} WHERE rowid = ?", (row,))
    own = _checksum_of(table, values)
    db.execute(f"UPDATE {table} SET checksum = ? WHERE rowid = ?", (own, row))
    if new:
        total = (table, rows + 1, own if table == "events" else b"")
        db.execute(
            "UPDATE totals SET rows = ?, last = ?, checksum = ? WHERE name = ?",
            (*total[1:], checksum(total), table),
        )


def insert_sealed(db: sqlite3.Connection, table: str, rows: Sequence[tuple]) -> None:
    """Insert rows with `COLUMNS` and their checksums, and update `totals`; not for events."""
    marks = ", ".join("?" * (len(COLUMNS[table].split(",")) + 1))
    sql = f"INSERT INTO {table} ({COLUMNS[table]}, checksum) VALUES ({marks})"
    db.executemany(sql, [(*row, checksum(row)) for row in rows])
    ((n,),) = db.execute(f"SELECT count(*) FROM {table}")
    total = (table, n, b"")
    sql = "UPDATE totals SET rows = ?, last = ?, checksum = ? WHERE name = ?"
    db.execute(sql, (*total[1:], checksum(total), table))


def checked(path: Path, table: str, rows: list[tuple]) -> list[tuple]:
    """Check rows of a table and return them without their checksum, which is the last column.

    Raises:
        DamagedError: a row differs from its checksum.
    """
    for *values, own in rows:
        if _checksum_of(table, tuple(values)) != own:
            raise DamagedError(path, f"a row of {table} has changed")
    return [row[:-1] for row in rows]


def check_all(path: Path, db: sqlite3.Connection) -> None:
    """Check the whole journal.

    Raises:
        DamagedError: a row has changed or is missing, or SQLite reports a fault in the file.
    """
    found = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise DamagedError(path, str(found).splitlines()[0])
    totals = {name: (n, last) for name, n, last in _all(path, db, "totals")}
    if totals.keys() != TABLES.keys():
        raise DamagedError(path, "its totals are incomplete")
    for name, (n, last) in totals.items():
        rows = _all(path, db, name)
        if len(rows) != n:
            raise DamagedError(
                path, f"{counted(len(rows), 'row')} of {name} where {n} were written"
            )
        if name == "events":
            chain = [row[-2] for row in rows] + [last]
            own = [b"", *(_checksum_of(name, row) for row in rows)]
            if chain != own:
                raise DamagedError(path, "an event is missing")


def _all(path: Path, db: sqlite3.Connection, table: str) -> list[tuple]:
    rows = db.execute(f"SELECT {COLUMNS[table]}, checksum FROM {table} ORDER BY rowid").fetchall()
    return checked(path, table, rows)
