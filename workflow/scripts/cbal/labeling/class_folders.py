"""A folder for each class, with links to the files that have this label."""

from pathlib import Path, PurePosixPath

import pyarrow as pa

from cbal.errors import InputError
from cbal.labeling.class_names import folder_key, folder_name
from cbal.storage.files import whole_folder


def vanished(table: pa.Table, originals: Path) -> list[str]:
    """Return the labeled files that no longer exist in the folder of the originals."""
    pairs = zip(table["file"].to_pylist(), table["label"].to_pylist())
    return [file for file, label in pairs if label is not None and not (originals / file).exists()]


def link_classes(out: Path, table: pa.Table, originals: Path) -> int:
    """Make class folders with a link to each labeled file; return the number of links.

    Within its class folder a file keeps its path below `originals`. A file that no longer exists
    gets no link.

    Args:
        out: folder for the class folders; it appears when all links are made.
        table: labels, as `labels_table` returns them.
        originals: folder of the files.

    Raises:
        InputError: two classes would get the same folder.
    """
    folders = _folders(out, set(table["label"].to_pylist()) - {None})
    linked, gone = 0, set(vanished(table, originals))
    with whole_folder(out) as building:
        for file, label in zip(table["file"].to_pylist(), table["label"].to_pylist()):
            if label is not None and file not in gone:
                link = building / folders[label] / PurePosixPath(file)
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to((originals / file).resolve())
                linked += 1
    return linked


def _folders(out: Path, names: set[str]) -> dict[str, str]:
    """Return the folder of each class."""
    folders = {name: folder_name(name) for name in names}
    of_key: dict[str, str] = {}
    for name in sorted(names):
        other = of_key.setdefault(folder_key(name), name)
        if other != name:
            raise InputError(
                f"{out}: two classes differ only in characters that some file systems do not tell "
                f"apart: {other!r} and {name!r}"
            )
    return folders
