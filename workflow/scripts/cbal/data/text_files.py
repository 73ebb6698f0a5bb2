"""Tables of texts, opened: Parquet, CSV, TSV and JSON lines files, in UTF-8."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cbal.data.decoding import Rule
from cbal.data.limits import check_parquet
from cbal.data.parquet import class_names, input_error_if_damaged
from cbal.data.tables import Part, by_role, chosen, is_text, read_csv
from cbal.errors import InputError

AT_ONCE = 2**20  # characters of a file that are checked at a time


@dataclass(frozen=True)
class TextColumns:
    """Names of the columns of texts.

    Id, label and split are read where a file has columns of these names. Another name than the
    usual one must be there; None means that there is no such column.
    """

    id: str | None = "id"
    text: str = "text"
    label: str | None = "label"
    split: str | None = "split"


USUAL_COLUMNS = TextColumns()


def _parquet(file: Path, columns: TextColumns, labeled: bool, rule: Rule) -> Part:
    with input_error_if_damaged(file):
        reader = pq.ParquetFile(file)
        check_parquet([reader], str(file), rule)
        names = chosen(str(file), reader.schema_arrow.names, columns, ("text",), labeled)
        table = by_role(reader.read(list(dict.fromkeys(names.values()))), names)
    classes = class_names(reader, columns.label, file) if labeled else None
    return _checked(Part(str(file), table, classes), columns)


def _csv(file: Path, columns: TextColumns, labeled: bool, rule: Rule, delimiter: str = ",") -> Part:
    _check_utf8(file)
    table = read_csv(file, delimiter)
    names = chosen(str(file), table.column_names, columns, ("text",), labeled)
    return _checked(Part(str(file), by_role(table, names)), columns)


def _json_lines(file: Path, columns: TextColumns, labeled: bool, rule: Rule) -> Part:
    _check_utf8(file)
    wanted = {name for name in asdict(columns).values() if name is not None}
    rows, present = [], {}
    for row in _objects(file):
        present |= dict.fromkeys(row)
        rows.append({name: value for name, value in row.items() if name in wanted})
    names = chosen(str(file), list(present), columns, ("text",), labeled)
    table = {}
    for role, name in names.items():
        try:
            table[role] = pa.chunked_array([pa.array([row.get(name) for row in rows])])
        except (pa.ArrowException, ValueError) as error:
            raise InputError(
                f"{file}: column {name} holds values that are not all text ({error}); mend them"
            ) from error
    return _checked(Part(str(file), pa.table(table)), columns)


def _objects(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the object of each line that is not blank."""
    with file.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise InputError(
                    f"{file}: line {number} is not JSON ({error}); write one object on each line"
                ) from error
            if not isinstance(row, dict):
                raise InputError(
                    f"{file}: line {number} is no object; write one as {{...}} on each line"
                )
            yield row


def _checked(part: Part, columns: TextColumns) -> Part:
    """Return rows whose texts were checked: a column of text, without null.

    Raises:
        InputError: it is not.
    """
    column = part.table["text"]
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not len(column):
        raise InputError(f"{part.where}: no row in it; add some")
    if not is_text(column.type) and not pa.types.is_null(column.type):
        raise InputError(
            f"{part.where}: column {columns.text} holds {column.type}, not text; name the column "
            "of the texts under `columns: {text: }` of the data set"
        )
    if column.null_count:
        row = int(np.flatnonzero(column.is_null().to_numpy())[0])
        raise InputError(
            f"{part.where}: row {row} has no text; give it one or take the row out "
            f"({column.null_count} in total)"
        )
    at = part.table.column_names.index("text")
    # Offsets of 64 bits: the texts of all files together may be longer than 2 GB.
    table = part.table.set_column(at, "text", column.cast(pa.large_string()))
    return Part(part.where, table, part.classes)


def _check_utf8(file: Path) -> None:
    """Check that a file is text in UTF-8, with or without a byte order mark."""
    try:
        with file.open(encoding="utf-8") as opened:
            while part := opened.read(AT_ONCE):
                if "\0" in part:
                    raise InputError(
                        f"{file}: not text in UTF-8 (it has null characters); save it as UTF-8"
                    )
    except (OSError, UnicodeError) as error:
        raise _unreadable(file, error) from error


def read_utf8(file: Path) -> str:
    """Return the text of a file, without a byte order mark.

    Raises:
        InputError: it cannot be read, or is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: OSError | UnicodeError) -> InputError:
    if isinstance(error, OSError):
        return InputError(f"{file}: cannot be read ({error.strerror}); mend that")
    return InputError(f"{file}: not text in UTF-8 ({error.reason}); save it as UTF-8")


# Endings of the files that are tables of texts, and what opens them.
OPEN = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".tsv": partial(_csv, delimiter="\t"),
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json_lines,
}
