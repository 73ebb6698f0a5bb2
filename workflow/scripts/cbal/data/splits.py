"""Published splits: how folders and files are named after them, and what is refused."""

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from cbal.errors import InputError

SPLITS = ("train", "test", "validation")  # samples are in this order
WORDS = {
    **dict.fromkeys(("train", "training", "trn"), "train"),
    **dict.fromkeys(("test", "tests", "testing", "tst"), "test"),
    **dict.fromkeys(("val", "valid", "validation", "validate", "dev"), "validation"),
}
# Words of a split that people use for different things.
UNCLEAR = {"trainval", "trainvalidation", "eval", "evaluation", "holdout", "heldout"}
UNCLEAR |= {"unlabeled", "unlabelled", "unsupervised", "minival"}
NAME = re.compile(rf"({'|'.join(WORDS)})(set|split|data|dataset|images?|imgs?|folder|dir|files?)*")
KNOWN = "train, test and validation"


def split_named(name: str) -> str | None:
    """Return the split that a folder is named after, as in Train, val2017 or test_set."""
    found = NAME.fullmatch(_letters(name))
    return WORDS[found[1]] if found else None


def split_in(name: str, where: str) -> str | None:
    """Return the split that a file's or folder's name mentions, as in cifar10-train-00001.

    Raises:
        InputError: it mentions several, or one that is not clear.
    """
    whole = split_named(name)
    if whole:
        return whole
    words = _words(name)
    kinds = {WORDS[word] for word in words if word in WORDS}
    if len(kinds) > 1 or UNCLEAR.intersection(words):
        raise InputError(
            f"{where}: {name} looks like a split, but not like one of {KNOWN}; rename it, or name "
            "another `path:`"
        )
    return kinds.pop() if kinds else None


def is_unclear(name: str) -> bool:
    """Return whether a folder is named after a split that people use for different things."""
    return _letters(name) in UNCLEAR


def of_folders(folders: Iterable[str], where: str) -> dict[str, str]:
    """Return the split of each of the folders directly under the root; none if they are classes.

    Args:
        folders: their names.
        where: the root, for errors.

    Raises:
        InputError: they look like splits and are not understood.
    """
    folders = sorted(folders)
    found = {name: kind for name in folders if (kind := split_named(name))}
    if not found:
        unclear = [name for name in folders if is_unclear(name)] or _siblings(folders)
        if unclear:
            raise InputError(
                f"{where}: {_few(unclear)} look like splits, but not like {KNOWN}; rename them so, "
                "or put what are class folders into one named train"
            )
        return {}
    others = [name for name in folders if name not in found]
    if others:
        raise InputError(
            f"{where}: {_few(found)} look like splits, but {_few(others)} beside them does not; "
            "leave splits only, or rename what is a class"
        )
    check_published(found, where)
    return found


def check_published(found: Mapping[str, str], where: str) -> None:
    """Check that the folders of a published split are one for each, with a training split.

    Raises:
        InputError: they are not.
    """
    kinds = list(found.values())
    for kind in SPLITS:
        if kinds.count(kind) > 1:
            names = [name for name in found if found[name] == kind]
            raise InputError(
                f"{where}: {_few(names)} are all named after the {kind} split; join them, or take "
                "all but one away"
            )
    if "train" not in kinds:
        raise InputError(
            f"{where}: {_few(found)} but no training split; add it, or make `path:` the folder of "
            "class folders itself"
        )


def check_below_class(folders: Sequence[str], where: str) -> None:
    """Check that no folder below a class folder is named after a split.

    Args:
        folders: names of the folders from the class folder down to an image.
        where: the class folder, for errors.

    Raises:
        InputError: one is.
    """
    for name in folders:
        if split_named(name):
            raise InputError(
                f"{where}: the folder {name} below a class folder looks like a split; put the "
                "splits above the class folders, or rename it"
            )


def parts_of(split: np.ndarray | None, n: int) -> dict[str, np.ndarray]:
    """Return the indices of each split, ascending; all are training images without one.

    Args:
        split: of each image, or None; see `Listing`.
        n: images.
    """
    everything = np.arange(n)
    if split is None:
        return {"train": everything, "test": everything[:0], "validation": everything[:0]}
    return {kind: everything[split == kind] for kind in SPLITS}


def published(split: np.ndarray | None) -> list[str]:
    """Return the names of the splits that a source has; none where it has no split."""
    return [] if split is None else [kind for kind in SPLITS if (split == kind).any()]


def drawn(training: int, test: int, fraction: float) -> int:
    """Return how many training images become test images, where the source has none.

    Args:
        training, test: images that the source has of each.
        fraction: `test_fraction` of the data set.
    """
    return 0 if test else round(training * fraction)


def described(found: Sequence[str], sizes: Mapping[str, int]) -> str:
    """Return which split a source has, and how many images each part has now, in one line.

    Args:
        found: the splits that the source has.
        sizes: images that are kept of each.
    """
    parts = ", ".join(f"{n} {kind}" for kind, n in sizes.items() if n)
    if not found:
        return f"no published split: the test images are drawn; images: {parts}"
    drawn_too = "" if "test" in found else ", and test images are drawn from train"
    return f"published split: {', '.join(found)}{drawn_too}; images: {parts}"


def unused_folders(files: Iterable[str]) -> str | None:
    """Return what the log should say of folders whose images a person labels; None without any.

    Args:
        files: names relative to the root.
    """
    folders = dict.fromkeys(name.split("/")[0] for name in files if "/" in name)
    if not folders:
        return None
    return f"folders ({_few(folders)}) are only names here: neither classes nor splits are read"


def unused_labels(found: Sequence[str]) -> str:
    """Return what the log should say of a labeled source whose images a person labels anew.

    Args:
        found: the splits that the source has.
    """
    split = f" and its published split ({', '.join(found)})" if found else ""
    return f"the source's labels{split} are not used: all its images are a person's to label"


def _siblings(folders: Sequence[str]) -> list[str]:
    """Return folders that differ only in a word for a split, as seg_train and seg_test."""
    alike: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for name in folders:
        words = _words(name)
        rest = tuple(word for word in words if word not in WORDS)
        for word in set(words).intersection(WORDS):
            alike.setdefault(rest, {}).setdefault(WORDS[word], []).append(name)
    found = (names for kinds in alike.values() if len(kinds) > 1 for names in kinds.values())
    return sorted({name for names in found for name in names})


def _letters(name: str) -> str:
    """Return the letters of a name, small."""
    return "".join(c for c in name.casefold() if c.isalpha())


def _words(name: str) -> list[str]:
    """Return the words of a name, as it separates them or begins them with capitals."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[\W\d_]+", apart.casefold()) if word]


def _few(names: Iterable[str]) -> str:
    """Return names as a list to read, at most four of them."""
    names = list(names)
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
