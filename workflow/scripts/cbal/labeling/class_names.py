"""Rules for names of classes, on the page, in `classes:`, and as names of class folders.

A name may be in any script. It has no invisible characters, except for the joiners that Persian,
Indian scripts and emoji need. A name also becomes the name of a folder, so two classes may not
have names that some file system treats as the same folder.
"""

import unicodedata
from collections.abc import Sequence

LONGEST_NAME = 80  # characters
LONGEST_FOLDER = 255  # bytes: the limit of file systems
JOINERS = "\u200c\u200d"
# Visible characters that Unicode puts into the invisible category "format".
DRAWN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
NO_FOLDER = '/\\:*?"<>|'  # characters that some file systems do not allow in a name
RESERVED = {"CON", "PRN", "AUX", "NUL"} | {f"{a}{i}" for a in ("COM", "LPT") for i in range(1, 10)}


def tidy(name: str) -> str:
    """Return a name in composed Unicode form (NFC), with single spaces.

    Raises:
        ValueError: the name is empty, too long, or has invisible characters.
    """
    name = visible(name, "a class's name")
    size = len(folder_name(name).encode())
    if size > LONGEST_FOLDER:
        raise ValueError(
            f"the class {name!r} takes {size} bytes as the name of a folder, and file systems "
            f"allow {LONGEST_FOLDER}; make it shorter"
        )
    return name


def visible(name: str, what: str) -> str:
    """Return a name in composed Unicode form (NFC), with single spaces.

    Args:
        name: of a class or a person.
        what: what it is, for errors.

    Raises:
        ValueError: the name is empty, too long, or has invisible characters.
    """
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    if hidden := [c for c in name if not (c.isprintable() or c in JOINERS or c in DRAWN)]:
        raise ValueError(
            f"{what} has visible characters only, and {ascii(name)} has "
            f"U+{ord(hidden[0]):04X}; remove that character"
        )
    if not name.strip(JOINERS + " ") or len(name) > LONGEST_NAME:
        raise ValueError(f"{what} has 1 to {LONGEST_NAME} visible characters: {name!r}")
    return name


def number_of(name: str, known: Sequence[str]) -> int | None:
    """Return the number of a class among the known classes; None if the class is new.

    Args:
        name: name of the class, as `tidy` returns it.
        known: names of the known classes, by number.

    Raises:
        ValueError: the name differs from that of a known class, but the folder could be the same.
    """
    composed = [unicodedata.normalize("NFC", other) for other in known]
    if name in composed:
        return composed.index(name)
    for other in known:
        if folder_key(other) == folder_key(name):
            raise ValueError(
                f"the classes {other!r} and {name!r} would be one folder on some file systems; "
                "use one of them, or another name"
            )
    return None


def check_names(names: Sequence[str]) -> list[str]:
    """Check a list of names and return them, each as `tidy` returns it.

    Raises:
        ValueError: a name is invalid, or two names are the same class or the same folder.
    """
    known: list[str] = []
    for name in map(tidy, names):
        if number_of(name, known) is not None:
            raise ValueError(f"the class {name!r} is there twice; take one out")
        known.append(name)
    return known


def folder_name(name: str) -> str:
    """Return the name of the folder of a class, valid on every file system."""
    safe = "".join("_" if c in NO_FOLDER else c for c in name)
    if safe.startswith("."):
        safe = f"_{safe[1:]}"
    return f"_{safe}" if safe.partition(".")[0].rstrip().upper() in RESERVED else safe


def folder_key(name: str) -> str:
    """Return a key that is equal for two names whose folders some file system treats as one.

    Some file systems ignore case or Unicode form, some ignore joiners, and some remove dots at
    the end.
    """
    folded = unicodedata.normalize("NFD", folder_name(name)).casefold().rstrip(".")
    kept = "".join(c for c in folded if c not in JOINERS)
    return unicodedata.normalize("NFC", kept)
