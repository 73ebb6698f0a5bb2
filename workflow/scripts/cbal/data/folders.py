"""Readers of folders and zips that hold a folder for each class."""

import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from cbal.data import splits
from cbal.data.classes import in_order
from cbal.data.decoding import USUAL, Rule, check_bytes, decode
from cbal.data.files_found import FilesFound, in_archive, in_folder
from cbal.data.limits import check_rows, check_zip
from cbal.data.listing import Listing
from cbal.errors import InputError

Parts = tuple[str, ...]
LISTS = {".csv", ".tsv", ".txt", ".json", ".jsonl", ".lst", ".list"}


@dataclass(frozen=True)
class Layout:
    """Where the class folders are.

    Attributes:
        root: names of the folders above everything else, which a zip may have.
        splits: the split of each folder below the root; empty where these folders are the class
            folders.
    """

    root: Parts
    splits: dict[str, str]

    @property
    def depth(self) -> int:
        """The number of folders above a class folder."""
        return len(self.root) + bool(self.splits)


def zip_archive(path: Path, rule: Rule = USUAL) -> Listing:
    """Return the images of a zip of class folders; there may be folders above all of them.

    Raises:
        InputError: the archive is not whole, or its layout is not understood.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: not a whole zip archive ({error}); fetch it again") from error
    check_zip(archive, str(path), rule)
    found = in_archive(archive.namelist(), lambda name: _beginning(archive, name))
    if not found.images and any(name.endswith(".parquet") for name in archive.namelist()):
        raise InputError(
            f"{path}: Parquet files in a zip; unpack it, and set `path:` to the folder"
        )

    def load(name: str) -> bytes:
        check_bytes(archive.getinfo(name).file_size, f"{path}: {name}", rule)
        try:
            return archive.read(name)
        except (OSError, RuntimeError, zipfile.BadZipFile, zipfile.zlib.error) as error:
            raise InputError(f"{path}: {name} cannot be read ({error}); fetch it again") from error

    root = _common(found.images)
    listing = _class_folders(found, load, str(path), root, rule)
    beside = [PurePosixPath(name) for name in archive.namelist()]
    _check_lists(listing, [it.name for it in beside if it.parts[:-1] == root], str(path))
    return listing


def _beginning(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return the first bytes of an entry, enough to recognise an image; none if it is damaged."""
    try:
        with archive.open(name) as entry:
            return entry.read(2**16)
    except (OSError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zipfile.zlib.error):
        return b""


def folder(path: Path, rule: Rule = USUAL) -> Listing:
    """Return the images of a folder of class folders.

    Images in deeper folders belong to the class folder above them.

    Folders named after splits above the class folders are the published split.

    Raises:
        InputError: there is no class folder, one is empty, or the layout is not understood.
    """
    found = in_folder(path)
    check_rows(len(found.images), str(path), rule)

    def load(name: str) -> bytes:
        try:
            return (path / name).read_bytes()
        except OSError as error:
            raise InputError(f"{path / name}: cannot be read ({error.strerror})") from error

    listing = _class_folders(found, load, str(path), (), rule)
    _check_lists(listing, [e.name for e in path.iterdir()], str(path))
    return listing


def _class_folders(
    found: FilesFound, load: Callable[[str], bytes], where: str, root: Parts, rule: Rule
) -> Listing:
    """Return the listing of the images in the class folders below `root`."""
    names = found.images
    parts = [PurePosixPath(name).parts for name in names]
    if not names:
        raise InputError(f"{where}: no image in it; it should hold a folder for each class")
    folders = [PurePosixPath(name).parts for name in found.folders]
    layout = layout_of(parts, folders, where, root)
    _check_places(parts, folders, layout, where)
    at = layout.depth
    classes = in_order([part[at] for part in parts])
    number = {name: i for i, name in enumerate(classes)}
    notes = [f"the class folders are those in {'/'.join(root)}"] if root else []
    split = None
    if layout.splits:
        split = np.array([layout.splits[part[at - 1]] for part in parts])

    return Listing(
        source=names,
        label=np.array([number[part[at]] for part in parts], np.int16),
        split=split,
        classes=classes,
        read=lambda indices: (decode(load(names[i]), f"{where}/{names[i]}", rule) for i in indices),
        left_out=found.left_out,
        notes=notes,
    )


def layout_of(
    files: Sequence[Parts], folders: Sequence[Parts], where: str, root: Parts = ()
) -> Layout:
    """Return where the class folders are.

    Args:
        files, folders: names of the images and of all folders, split into their parts.
        where: name of the source, for errors.
        root: names of the folders above everything else.

    Raises:
        InputError: folders look like splits, but not clearly.
    """
    below = len(root)
    tops = {part[below] for part in files if len(part) > below + 1}
    tops |= {part[below] for part in folders if len(part) > below and part[:below] == root}
    return Layout(root, splits.of_folders(tops, where))


def _check_places(
    files: Sequence[Parts], folders: Sequence[Parts], layout: Layout, where: str
) -> None:
    """Check that each image is in a class folder, and each class folder has an image."""
    at = layout.depth
    for part in files:
        if len(part) < at + 2:
            raise InputError(f"{where}: {'/'.join(part)} is in no class folder; move it into one")
    for deeper in dict.fromkeys(part[:-1] for part in files):
        splits.check_below_class(deeper[at + 1 :], f"{where}/{'/'.join(deeper[: at + 1])}")
    used = {part[: at + 1] for part in files}
    if layout.splits and all(splits.split_named(part[at]) for part in used):
        raise InputError(
            f"{where}: splits within splits; set `path:` to the folder of one data set"
        )
    above = {part[:n] for part in used for n in range(at + 1)}
    for part in sorted(folders):
        if len(part) <= at + 1 and part not in used | above:
            what = "class folder" if len(part) == at + 1 else "folder"
            raise InputError(f"{where}: {what} {'/'.join(part)} has no image; fill it or remove it")
    if not layout.root and not layout.splits and len(used) == 1:
        (only,) = used
        raise InputError(
            f"{where}: one class only, {'/'.join(only)}; if it holds the class folders, set "
            "`path:` to it"
        )


def _check_lists(listing: Listing, beside: Iterable[str], where: str) -> None:
    """Check that no file beside the class folders, such as train.csv, looks like a list of a split.

    Raises:
        InputError: one does, and no folders are named after splits.
    """
    for name in sorted(beside) if listing.split is None else ():
        file = PurePosixPath(name)
        if file.suffix.lower() in LISTS and splits.split_named(file.stem):
            raise InputError(
                f"{where}: {name} looks like a split, but splits are read from folders; put the "
                "class folders into train and test, or remove the file"
            )


def _common(names: Sequence[str]) -> Parts:
    """Return the folders that contain all images of a zip, above class folders and splits."""
    parts = [PurePosixPath(name).parts for name in names]
    common: Parts = ()
    while parts:
        n = len(common)
        tops = {part[n] for part in parts}
        # At least one folder, the class folder, must be left between these and the images.
        if len(tops) > 1 or min(map(len, parts)) < n + 3:
            return common
        (top,) = tops
        if splits.split_named(top) or splits.is_unclear(top):
            return common
        common += (top,)
    return common
