"""Class folders of links, from the labels of a data set."""

import os
import shutil
from pathlib import Path, PurePosixPath

import pyarrow as pa

from cbal.errors import InputError


def folder_name(name: str) -> str:
    """Return the name of a class as the name of one folder."""
    safe = "".join("_" if c in '/\\:*?"<>|' else c for c in name)
    return f"_{safe[1:]}" if safe.startswith(".") else safe


def link_classes(out: Path, table: pa.Table, originals: Path) -> int:
    """Make a folder of class folders with a link to each labeled file; return their number.

    Below its class a file keeps the folders that it is in.

    Args:
        out: the folder; it appears whole.
        table: of `labels_table`.
        originals: folder of the files.

    Raises:
        InputError: two classes would be one folder, or links cannot be made.
    """
    folders = {name: folder_name(name) for name in set(table["label"].to_pylist()) - {None}}
    if len(set(folders.values())) < len(folders):
        raise InputError(f"{out}: two classes differ only in characters that no folder may have")
    building = out.with_name(f".{out.name}.tmp")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    linked = 0
    for file, label in zip(table["file"].to_pylist(), table["label"].to_pylist()):
        if label is not None:
            link = building / folders[label] / PurePosixPath(file)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to((originals / file).resolve())
            linked += 1
    shutil.rmtree(out, ignore_errors=True)
    os.replace(building, out)
    return linked
