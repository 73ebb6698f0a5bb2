"""Corrections: answers that a person changed during a later step of the same round.

The later query was made from the annotations as they were. They are not changed, so that the
questions on the page stay the same. Instead, the annotations of the later step contain the new
answers in their metadata.
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from cbal.pool.parts import PARTS
from cbal.storage.files import metadata_of

Rows = list[dict[str, Any]]
GONE = {"gone": True}  # what a row has in place of answers where there is no such part any more


def corrected(tables: Sequence[pa.Table]) -> list[pa.Table]:
    """Return the annotations of a round's steps after the corrections by later steps.

    Args:
        tables: `annotations.parquet` of the steps, in their order.
    """
    result = list(tables)
    names = [metadata_of(table).get("step") for table in tables]
    for table in tables:
        for name, rows in metadata_of(table).get("corrections", {}).items():
            at = names.index(name)
            result[at] = _with(result[at], rows)
    return result


def is_corrected(tables: Sequence[pa.Table]) -> bool:
    """Return whether a step of a round corrects the annotations of an earlier step."""
    return any("corrections" in metadata_of(table) for table in tables)


def differences(before: pa.Table, now: pa.Table) -> Rows:
    """Return the rows of `now` that differ from `before`; both answer the same questions.

    Parts of split clusters may differ in number. A row that only `before` has becomes one with
    nothing but its interaction and `GONE`. Columns that `before` lacks, as a file of an earlier
    version may, are no difference, nor are notes of a strategy, which only `before` has.
    """
    before = before.select([name for name in before.column_names if name in now.column_names])
    earlier = {row["interaction"]: row for row in before.to_pylist()}
    rows = now.to_pylist()
    changed = [row for row in rows if row | earlier.pop(row["interaction"], GONE) != row]
    return [*changed, *({"interaction": number, **GONE} for number in earlier)]


def _with(table: pa.Table, rows: Rows) -> pa.Table:
    """Return the table with the rows of some interactions replaced by `rows`."""
    merged = {row["interaction"]: row for row in table.to_pylist()}
    for row in rows:
        merged[row["interaction"]] = merged.get(row["interaction"], {}) | row
    kept = [row for row in merged.values() if not row.get("gone")]
    schema, there = table.schema, any("split_of" in row for row in kept)
    for field in PARTS if there else ():
        schema = schema if field.name in schema.names else schema.append(field)
    return pa.Table.from_pylist(sorted(kept, key=lambda row: row["interaction"]), schema)
