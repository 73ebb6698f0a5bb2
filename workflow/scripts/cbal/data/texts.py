"""Reader of texts: rows of tables, or `.txt` files in class folders."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import pyarrow as pa

from cbal.data import splits
from cbal.data.classes import in_order
from cbal.data.decoding import USUAL, Rule
from cbal.data.files_found import FilesFound, ending_of, in_folder, natural
from cbal.data.folders import layout_of
from cbal.data.limits import check_rows
from cbal.data.listing import Listing
from cbal.data.parquet import splits_of
from cbal.data.tables import ids_of, labels_of, roles_of, split_of
from cbal.data.text_files import OPEN, USUAL_COLUMNS, TextColumns, read_utf8
from cbal.errors import InputError

FILES = ".txt files"  # the reason that `files_found` gives for these files


def texts(
    path: Path, columns: TextColumns = USUAL_COLUMNS, labeled: bool = True, rule: Rule = USUAL
) -> Listing:
    """Return the texts of a table, of a folder of tables, or of a folder of `.txt` files.

    A table is a Parquet, CSV, TSV or JSON lines file with a text in each row. Tables in a folder
    may be named after splits. Files are in class folders, below folders named after splits or not;
    without labels they may be anywhere.

    Args:
        path: the file or folder.
        columns: names of the columns of tables.
        labeled: whether labels are read; a person needs none.
        rule: limits of the source.

    Raises:
        InputError: a file is not whole or not UTF-8, a column is missing, a row has no text, or
            labels, splits or class folders are not clear.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file or folder; mend `path:` of the data set")
    if not path.is_dir():
        return _rows(path.parent, [path.name], None, columns, labeled, rule)
    found = in_folder(path)
    tables = [name for ending in OPEN for name in found.left_out.pop(f"{ending} files", ())]
    if tables:
        tables.sort(key=lambda name: PurePosixPath(name).parts)
        return _rows(path, tables, found, columns, labeled, rule)
    found.images = sorted(found.left_out.pop(FILES, ()), key=natural)
    if not found.images:
        raise InputError(
            f"{path}: no text in it; it should hold Parquet, CSV or JSON lines files, or class "
            "folders of .txt files"
        )
    return _files(path, found, labeled, rule)


def _rows(
    root: Path,
    names: Sequence[str],
    found: FilesFound | None,
    columns: TextColumns,
    labeled: bool,
    rule: Rule,
) -> Listing:
    """Return the texts of tables, whose names are relative to `root`; `found` if it is a folder."""
    where = str(root / names[0] if found is None else root)
    kinds = splits_of(names, where) if found else None
    parts = []
    for name in names:
        parts.append(OPEN[ending_of(name)](root / name, columns, labeled, rule))
        check_rows(sum(len(part.table) for part in parts), where, rule)
    sizes = [len(part.table) for part in parts]
    roles = roles_of(parts)
    label, classes = labels_of(parts, labeled, columns.label)
    numbered = (f"{name}/{row}" for name, n in zip(names, sizes) for row in range(n))
    column = pa.chunked_array([chunk for part in parts for chunk in part.table["text"].chunks])

    return Listing(
        source=ids_of(parts, where) if "id" in roles else list(numbered),
        label=label,
        split=split_of(parts, np.repeat(kinds, sizes) if kinds else None, columns.split, where),
        classes=classes,
        read=lambda indices: (column[int(i)].as_py() for i in indices),
        left_out=found.left_out if found else {},
    )


def _files(path: Path, found: FilesFound, labeled: bool, rule: Rule) -> Listing:
    """Return the texts of files below `path`, a text each; their names are `found.images`."""
    names = found.images
    check_rows(len(names), str(path), rule)
    label, split, classes = np.full(len(names), -1, np.int16), None, []
    if labeled:
        of_class, split = _class_folders(path, found)
        classes = in_order(of_class)
        number = {name: i for i, name in enumerate(classes)}
        label = np.array([number[name] for name in of_class], np.int16)

    def read(indices: Iterable[int]) -> Iterator[str]:
        return (read_utf8(path / names[i]).strip() for i in indices)

    return Listing(names, label, split, classes, read, left_out=found.left_out)


def _class_folders(path: Path, found: FilesFound) -> tuple[list[str], np.ndarray | None]:
    """Return the class folder of each file, and its split or None.

    Raises:
        InputError: a file is in no class folder, or folders look like splits, but not clearly.
    """
    parts = [PurePosixPath(name).parts for name in found.images]
    folders = [PurePosixPath(name).parts for name in found.folders]
    layout = layout_of(parts, folders, str(path))
    at = layout.depth
    for part in parts:
        if len(part) < at + 2:
            raise InputError(f"{path}: {'/'.join(part)} is in no class folder; move it into one")
        splits.check_below_class(part[at + 1 : -1], f"{path}/{'/'.join(part[: at + 1])}")
    split = np.array([layout.splits[part[at - 1]] for part in parts]) if layout.splits else None
    return [part[at] for part in parts], split
