"""Names of classes: one rule for the page, for `classes:`, and for the folders of classes.

A name is text of any script. What cannot be seen is no part of it, but for the joiners that
Persian, Indian scripts and emoji are written with. It becomes the name of a folder too, so two
names that some file system takes for one folder are not both names of classes.
"""

import unicodedata
from collections.abc import Sequence

LONGEST_NAME = 80  # characters
LONGEST_FOLDER = 255  # bytes; file systems take no longer name
JOINERS = "\u200c\u200d"
# Signs that Unicode counts among its formats, though they are drawn (around numbers, mostly).
DRAWN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
NO_FOLDER = '/\\:*?"<>|'  # characters that some file system has in no name
RESERVED = {"CON", "PRN", "AUX", "NUL"} | {f"{a}{i}" for a in ("COM", "LPT") for i in range(1, 10)}


def tidy(name: str) -> str:
    """Return a name in composed form, with single spaces.

    Raises:
        ValueError: it is empty or too long, or has characters that cannot be seen.
    """
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    if hidden := [c for c in name if not (c.isprintable() or c in JOINERS or c in DRAWN)]:
        raise ValueError(
            f"a class's name has visible characters only, and {ascii(name)} has "
            f"U+{ord(hidden[0]):04X}; leave that out"
        )
    if not name.strip(JOINERS + " ") or len(name) > LONGEST_NAME:
        raise ValueError(f"a class's name has 1 to {LONGEST_NAME} visible characters: {name!r}")
    size = len(folder_name(name).encode())
    if size > LONGEST_FOLDER:
        raise ValueError(
            f"the class {name!r} takes {size} bytes as the name of a folder, and file systems "
            f"take {LONGEST_FOLDER}; make it shorter"
        )
    return name


def number_of(name: str, known: Sequence[str]) -> int | None:
    """Return the number of a class among those that are known; None where it is a new one.

    Args:
        name: as `tidy` returns it.
        known: names, by number.

    Raises:
        ValueError: a known class is not the same, but may be the same folder.
    """
    composed = [unicodedata.normalize("NFC", other) for other in known]
    if name in composed:
        return composed.index(name)
    for other in known:
        if folder_key(other) == folder_key(name):
            raise ValueError(
                f"the classes {other!r} and {name!r} would be one folder on some file systems; "
                "take one of them, or another name"
            )
    return None


def check_names(names: Sequence[str]) -> list[str]:
    """Return the names of a list, each as `tidy` returns it.

    Raises:
        ValueError: one is wrong, or two are one class or one folder.
    """
    known: list[str] = []
    for name in map(tidy, names):
        if number_of(name, known) is not None:
            raise ValueError(f"the class {name!r} is there twice; take one out")
        known.append(name)
    return known


def folder_name(name: str) -> str:
    """Return the name of a class as the name of one folder, on every file system."""
    safe = "".join("_" if c in NO_FOLDER else c for c in name)
    if safe.startswith("."):
        safe = f"_{safe[1:]}"
    return f"_{safe}" if safe.partition(".")[0].rstrip().upper() in RESERVED else safe


def folder_key(name: str) -> str:
    """Return what two names share where a file system takes their folders for one.

    Some compare neither case nor form of composition, some do not see joiners, and some drop
    dots at the end.
    """
    folded = unicodedata.normalize("NFD", folder_name(name)).casefold().rstrip(".")
    kept = "".join(c for c in folded if c not in JOINERS)
    return unicodedata.normalize("NFC", kept)
