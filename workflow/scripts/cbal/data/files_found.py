"""Search for the images of a folder or an archive, with a record of what is left out."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from cbal.data import decoding

MOST_NAMED = 20  # names that the log lists for each reason
HIDDEN = "hidden"
NOT_UTF8 = "no UTF-8 name"
LOOP = "a link to a folder that it is in"
BROKEN = "a broken link"
CANNOT_OPEN = "a folder that cannot be opened"
PAGES = "further pages of these images"
SPECIAL = "neither file nor folder"
NO_ENDING = "no ending, and not an image"
# Advice for files that hold pictures but are not opened, by ending.
ADVICE = {
    ending: advice
    for endings, advice in {
        " ".join(decoding.HEIF): "install pillow-heif, or convert them to JPEG",
        ".eps .ps .pdf .svg .ai .wmf .emf": "drawings, not pixels: export them as PNG",
        ".dng .nef .cr2 .cr3 .arw .raf .orf": "raw photographs: export them as JPEG or TIFF",
        ".dcm .nii .fits .fit .h5 .hdf5 .npy": "export them as PNG or TIFF",
        ".psd .xcf .tga .ico .dds .jxl .exr": "export them as PNG",
    }.items()
    for ending in endings.split()
}


@dataclass
class FilesFound:
    """The images and folders of a source, and what is left out.

    Attributes:
        images: names relative to the root, with / between folders, in natural order.
        folders: names of all folders that are not hidden, in the same form and order.
        left_out: for each reason the names of the other files and folders.
    """

    images: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    left_out: dict[str, list[str]] = field(default_factory=dict)

    def leave_out(self, reason: str, name: str) -> None:
        """Record a file or folder that is left out, and why."""
        self.left_out.setdefault(reason, []).append(name)

    def sort_in(self, name: str, starts_as_image: Callable[[], bool]) -> None:
        """Add a file to the images, or leave it out.

        Args:
            name: name relative to the root.
            starts_as_image: called where the name has no ending; returns whether the file begins
                like an image.
        """
        ending = ending_of(name)
        if not is_text(name):
            self.leave_out(NOT_UTF8, repr(name))
        elif is_hidden(name):
            self.leave_out(HIDDEN, name)
        elif ending in decoding.endings() or (not ending and starts_as_image()):
            self.images.append(name)
        else:
            self.leave_out(f"{ending} files" if ending else NO_ENDING, name)


def in_folder(root: Path) -> FilesFound:
    """Return the images in a folder, at any depth.

    Links to folders are followed, except links to a folder that contains the link.
    """
    found = FilesFound()
    waiting = [("", frozenset())]
    while waiting:
        name, above = waiting.pop()
        path = root / name
        try:
            status = path.stat()
            entries = sorted(os.scandir(path), key=lambda entry: entry.name)
        except OSError:
            found.leave_out(CANNOT_OPEN, name or str(root))
            continue
        this = (status.st_dev, status.st_ino)
        if this in above:
            found.leave_out(LOOP, name)
            continue
        if name:
            found.folders.append(name)
        for entry in entries:
            inner = f"{name}/{entry.name}" if name else entry.name
            if _is_folder(entry) and is_text(inner) and not is_hidden(entry.name):
                waiting.append((inner, above | {this}))
            else:
                _sort_entry(found, entry, inner)
    found.images.sort(key=natural)
    found.folders.sort(key=natural)
    return found


def _sort_entry(found: FilesFound, entry: os.DirEntry, name: str) -> None:
    """Add an entry that is not a folder to search to the images or to what is left out."""
    if is_hidden(entry.name):
        found.leave_out(HIDDEN, name)
    elif not is_text(name):
        found.leave_out(NOT_UTF8, repr(name))
    elif _is_file(entry):
        found.sort_in(name, lambda: decoding.is_image(Path(entry.path)))
    else:
        found.leave_out(BROKEN if entry.is_symlink() else SPECIAL, name)


def in_archive(names: Iterable[str], load: Callable[[str], bytes]) -> FilesFound:
    """Return the images of an archive; names that end in / are folders.

    Args:
        names: names of its entries.
        load: given a name, returns the beginning of the entry.
    """
    found = FilesFound()
    for name in names:
        if name.endswith("/"):
            if not is_hidden(name):
                found.folders.append(name.rstrip("/"))
        else:
            found.sort_in(name, lambda name=name: decoding.is_image(load(name)))
    found.images.sort(key=natural)
    return found


def counts(left_out: Mapping[str, Sequence[str]]) -> dict[str, dict[str, int]]:
    """Return the number of names left out for each reason, for the metadata of `index.parquet`."""
    return {"left_out": {reason: len(names) for reason, names in left_out.items()}}


def lines(left_out: Mapping[str, Sequence[str]]) -> list[str]:
    """Return a line for the log for each reason: how many names were left out, and which."""
    result = []
    for reason, names in left_out.items():
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        advice = ADVICE.get(reason.removesuffix(" files"))
        result.append(
            f"left out: {len(names)} ({reason}{f'; {advice}' if advice else ''}): "
            f"{', '.join(names[:MOST_NAMED])}{more}"
        )
    return result


def ending_of(name: str) -> str:
    """Return a name's ending in lower case, or "" where it is only digits, as in a date."""
    ending = PurePosixPath(name).suffix.lower()
    return "" if ending[1:].isdigit() else ending


def is_hidden(name: str) -> bool:
    """Return whether a file, or a folder above it, is hidden, such as .ipynb_checkpoints."""
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts)


def is_text(name: str) -> bool:
    """Return whether a name can be written as UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def natural(name: str) -> list[tuple[int, int | str]]:
    """Return a sort key that puts image 2 before image 10."""
    runs = "".join(c if c.isdigit() else f"\0{c}\0" for c in name).split("\0")
    return [(0, int(run)) if run.isdecimal() else (1, run) for run in runs if run]


def _is_folder(entry: os.DirEntry) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _is_file(entry: os.DirEntry) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False
