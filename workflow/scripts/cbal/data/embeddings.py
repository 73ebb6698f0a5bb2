"""Reader of embeddings: vectors that another program made, with an id each."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from cbal.data import vectors
from cbal.data.decoding import USUAL, Rule
from cbal.data.embedding_files import USUAL_COLUMNS, Columns, from_numpy, from_parquet
from cbal.data.listing import Listing
from cbal.data.tables import Part, ids_of, is_text, labels_of, roles_of, split_of, values
from cbal.errors import InputError


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
    parts, roles = opened.parts, roles_of(opened.parts)
    ids = ids_of(parts, str(path))
    split = split_of(parts, opened.split, columns.split, str(path))
    label, classes = labels_of(parts, labeled, columns.label)
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


def _files(parts: Sequence[Part], column: str) -> list[str | None]:
    """Return the file that shows each sample, or None."""
    for part in parts:
        kind = part.table["file"].type
        if not is_text(kind):
            raise InputError(
                f"{part.where}: column {column} holds {kind}, not paths of files; set "
                "`columns: {file: }` of the data set to another column, or to null"
            )
    return [value or None for value in values(parts, "file")]


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
