"""Reader of embeddings: vectors that another program made, with an id each."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import pyarrow as pa

from cbal.data import splits, vectors
from cbal.data.classes import Labels, join, values_of
from cbal.data.decoding import USUAL, Rule
from cbal.data.embedding_files import USUAL_COLUMNS, Columns, Part, from_numpy, from_parquet
from cbal.data.listing import Listing
from cbal.errors import InputError

# Types of columns of ids.
IDS = (pa.types.is_integer, pa.types.is_string, pa.types.is_large_string)


def embeddings(
    path: Path,
    columns: Columns = USUAL_COLUMNS,
    labeled: bool = True,
    rule: Rule = USUAL,
    root: Path | None = None,
) -> Listing:
    """Return the embeddings of a Parquet file, a folder of these, or a `.npy` with a CSV beside it.

    Args:
        path: the file or folder.
        columns: names of the columns.
        labeled: whether labels are read; a person needs none.
        rule: limits of the source.
        root: folder of the files that show the samples; None is the folder of `path`.

    Raises:
        InputError: a file is not whole, a column is missing, an id is there twice, labels or
            splits are not clear, or a file that shows a sample is missing. While vectors are read:
            they differ in length, or have a number that is not finite.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file or folder; mend `path:` of the data set")
    opened = (from_numpy if path.suffix.lower() == ".npy" else from_parquet)(
        path, columns, labeled, rule
    )
    parts, split, roles = opened.parts, opened.split, _roles(opened.parts)
    ids = _ids(parts, str(path))
    if "split" in roles:
        if split is not None:
            raise InputError(
                f"{path}: files are named after splits, and have a column `{columns.split}` too; "
                "give the split in one way, or set `columns: {split: null}`"
            )
        split = splits.of_rows(_values(parts, "split"), str(path), columns.split)
    label, classes = np.full(len(ids), -1, np.int16), []
    if labeled:
        label, classes = join([_labels(part, columns.label) for part in parts])
    files = [None] * len(ids)
    if "file" in roles:
        files = _files(parts, columns.file)
        _check_files(ids, files, root_of(path, root), str(path))

    def read(indices: Iterable[int]) -> Iterator[np.ndarray]:
        return vectors.at(indices, opened.batches(ids))

    return Listing(ids, label, split, classes, read, files=files)


def root_of(path: Path, root: Path | None) -> Path:
    """Return the folder of the files that show the samples."""
    return root or (path if path.is_dir() else path.parent)


def _roles(parts: Sequence[Part]) -> list[str]:
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


def _values(parts: Sequence[Part], role: str) -> list:
    return [value for part in parts for value in part.table[role].to_pylist()]


def _ids(parts: Sequence[Part], where: str) -> list[str]:
    """Return the ids of all rows as text; each must be there once."""
    for part in parts:
        kind = part.table["id"].type
        if not any(is_kind(kind) for is_kind in IDS):
            raise InputError(f"{part.where}: the ids are {kind}; make them whole numbers or text")
    values = _values(parts, "id")
    first: dict[str, int] = {}
    for row, value in enumerate(values):
        if value in (None, ""):
            raise InputError(f"{where}: row {row} has no id; give it one")
        if first.setdefault(str(value), row) != row:
            raise InputError(
                f"{where}: rows {first[str(value)]} and {row} have the same id {str(value)!r}; "
                "give each row an id of its own"
            )
    return list(first)


def _labels(part: Part, column: str) -> Labels:
    """Return the labels of a file."""
    where = f"{part.where}, column {column}"
    values = values_of(where, part.table["label"])
    return Labels(where, values, None if values.dtype == object else part.classes)


def _files(parts: Sequence[Part], column: str) -> list[str | None]:
    """Return the file that shows each sample, or None."""
    for part in parts:
        kind = part.table["file"].type
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            raise InputError(
                f"{part.where}: column {column} holds {kind}, not paths of files; set "
                "`columns: {file: }` of the data set to another column, or to null"
            )
    return [value or None for value in _values(parts, "file")]


def _check_files(ids: Sequence[str], files: Sequence[str | None], root: Path, where: str) -> None:
    """Check that the files that show samples exist, below their folder."""
    for i, name in zip(ids, files):
        if name is None:
            continue
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "://" in name:
            raise InputError(
                f"{where}: id {i!r} has the file {name!r}; write a path below {root}, without .."
            )
        if not (root / path).is_file():
            raise InputError(
                f"{where}: the file {name!r} of id {i!r} is not in {root}; mend it, set `files:` "
                "to the folder of the files, or `columns: {file: null}`"
            )
