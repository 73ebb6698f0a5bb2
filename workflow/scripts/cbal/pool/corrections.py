"""Corrections: answers that a person took back in a later step of the round, and gave anew.

By then the step's annotations have been handed on, and the later query was made from them. They
stay as they are, so that no question changes under a person's hands; the later step's
annotations tell in their metadata what holds instead.
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from cbal.storage.files import metadata_of

Rows = list[dict[str, Any]]


def corrected(tables: Sequence[pa.Table]) -> list[pa.Table]:
    """Return the annotations of a round's steps, with what later ones of them correct.

    Args:
        tables: `annotations.parquet` of steps, in their order.
    """
    result = list(tables)
    names = [metadata_of(table).get("step") for table in tables]
    for table in tables:
        for name, rows in metadata_of(table).get("corrections", {}).items():
            at = names.index(name)
            result[at] = _with(result[at], rows)
    return result


def is_corrected(tables: Sequence[pa.Table]) -> bool:
    """Return whether any of the annotations of a round's steps is corrected."""
    return any("corrections" in metadata_of(table) for table in tables)


def differences(before: pa.Table, now: pa.Table) -> Rows:
    """Return the rows of `now` that differ from those of `before`, of the same interactions."""
    pairs = zip(before.to_pylist(), now.to_pylist(), strict=True)
    return [row for earlier, row in pairs if row != earlier]


def _with(table: pa.Table, rows: Rows) -> pa.Table:
    """Return a table with other rows in place of those of the same interactions."""
    other = {row["interaction"]: row for row in rows}
    merged = [row | other.get(row["interaction"], {}) for row in table.to_pylist()]
    return pa.Table.from_pylist(merged, table.schema)
