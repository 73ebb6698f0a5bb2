"""Tables of samples: files with a row for each sample, whose columns the user names."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from cbal.data import splits
from cbal.data.classes import Labels, join, values_of
from cbal.errors import InputError

# Types of columns of ids.
IDS = (pa.types.is_integer, pa.types.is_string, pa.types.is_large_string)
BLOCK = 2**20  # least bytes that are read of a CSV file at a time


@dataclass(frozen=True)
class Part:
    """The rows of one file without what is large in them.

    Attributes:
        where: name of the file, for errors.
        table: columns by their roles: id, label, split and others, where there are such.
        classes: class names in the file's metadata, or None.
    """

    where: str
    table: pa.Table
    classes: Sequence[str] | None = None


def is_text(kind: pa.DataType) -> bool:
    """Return whether a column of this type holds text."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def chosen(
    where: str, present: Sequence[str], columns: Any, needed: Collection[str], labeled: bool
) -> dict[str, str]:
    """Return the column of each role that a file has.

    A column must be there if its role is needed, or if another name than usual was set.

    Args:
        where: name of the file, for errors.
        present: names of its columns.
        columns: a dataclass with the name of the column of each role; None says that there is none.
        needed: roles that samples cannot do without.
        labeled: whether labels are read.

    Raises:
        InputError: one is missing, or there twice.
    """
    usual, result = asdict(type(columns)()), {}
    roles = asdict(columns)
    if not labeled:
        del roles["label"]
    for role, name in roles.items():
        if name in present:
            if present.count(name) > 1:
                raise InputError(
                    f"{where}: {present.count(name)} columns are named {name!r}; rename all but one"
                )
            result[role] = name
        elif role in (*needed, "label") or name not in (None, usual[role]):
            raise InputError(
                f"{where}: no column {name!r} for the {role}; there are {', '.join(present)}; "
                f"name it under `columns: {{{role}: }}` of the data set"
                + ", or set `annotator: human`"
                * (role == "label")
            )
    return result


def roles_of(parts: Sequence[Part]) -> list[str]:
    """Return the roles of the columns, which all files must share."""
    first = parts[0]
    for part in parts[1:]:
        differ = sorted(set(first.table.column_names) ^ set(part.table.column_names))
        if differ:
            raise InputError(
                f"{part.where}: a column for the {differ[0]} is either here or in {first.where}, "
                "but not in both; write all files alike"
            )
    return first.table.column_names


def values(parts: Sequence[Part], role: str) -> list:
    """Return the values of a column of all rows."""
    return [value for part in parts for value in part.table[role].to_pylist()]


def ids_of(parts: Sequence[Part], where: str) -> list[str]:
    """Return the ids of all rows as text; each must be there once."""
    for part in parts:
        kind = part.table["id"].type
        if not any(is_kind(kind) for is_kind in IDS):
            raise InputError(f"{part.where}: the ids are {kind}; make them whole numbers or text")
    first: dict[str, int] = {}
    for row, value in enumerate(values(parts, "id")):
        if value in (None, ""):
            raise InputError(f"{where}: row {row} has no id; give it one")
        if first.setdefault(str(value), row) != row:
            raise InputError(
                f"{where}: rows {first[str(value)]} and {row} have the same id {str(value)!r}; "
                "give each row an id of its own"
            )
    return list(first)


def split_of(
    parts: Sequence[Part], named: np.ndarray | None, column: str | None, where: str
) -> np.ndarray | None:
    """Return the split of each row; None where the source has none.

    Args:
        parts: files of the source.
        named: split of each row by the names of the files, or None.
        column: name of the column of splits.
        where: name of the source, for errors.

    Raises:
        InputError: the split is given in two ways, or is not clear.
    """
    if "split" not in parts[0].table.column_names:
        return named
    if named is not None:
        raise InputError(
            f"{where}: files are named after splits, and have a column `{column}` too; "
            "give the split in one way, or set `columns: {split: null}`"
        )
    return splits.of_rows(values(parts, "split"), where, column)


def labels_of(
    parts: Sequence[Part], labeled: bool, column: str | None
) -> tuple[np.ndarray, list[str]]:
    """Return int16[n], the labels of all rows, and the class names; -1 and none if not labeled."""
    if not labeled:
        return np.full(sum(len(part.table) for part in parts), -1, np.int16), []
    return join([_labels(part, column) for part in parts])


def _labels(part: Part, column: str) -> Labels:
    where = f"{part.where}, column {column}"
    label = values_of(where, part.table["label"])
    return Labels(where, label, None if label.dtype == object else part.classes)


def by_role(table: pa.Table, columns: Mapping[str, str]) -> pa.Table:
    """Return the columns of a table under the names of their roles."""
    return pa.table({role: table.column(name) for role, name in columns.items()})


def read_csv(csv: Path, delimiter: str = ",") -> pa.Table:
    """Return a CSV file as a table of text; quoted values may hold newlines.

    Raises:
        InputError: Arrow cannot read it.
    """
    with _input_error_if_no_csv(csv):
        # Arrow refuses a row that is longer than a block.
        read = pa.csv.ReadOptions(block_size=min(max(csv.stat().st_size, BLOCK), 2**31 - 1))
        parse = pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
        with pa.csv.open_csv(csv, read, parse) as reader:
            text = dict.fromkeys(reader.schema.names, pa.string())
        as_text = pa.csv.ConvertOptions(column_types=text)
        return pa.csv.read_csv(csv, read, parse, as_text)


@contextmanager
def _input_error_if_no_csv(csv: Path) -> Iterator[None]:
    """Raise an `InputError` of one line where Arrow cannot read a CSV file."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{csv}: cannot be read as CSV ({reason}); mend it") from error
