"""Published splits: which names of folders and files mean a split, and which are refused."""

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
# Names of splits that have different meanings for different people.
UNCLEAR = {"trainval", "trainvalidation", "eval", "evaluation", "holdout", "heldout"}
UNCLEAR |= {"unlabeled", "unlabelled", "unsupervised", "minival"}
NAME = re.compile(rf"({'|'.join(WORDS)})(set|split|data|dataset|images?|imgs?|folder|dir|files?)*")
FOLD = re.compile(r"(k|cv)?[-_ ]?(fold|split)[-_ ]?\d+", re.IGNORECASE)
KNOWN = "train, test and validation"


def split_named(name: str) -> str | None:
    """Return the split that a folder such as Train, val2017 or test_set is named after, or None."""
    found = NAME.fullmatch(_letters(name))
    return WORDS[found[1]] if found else None


def split_in(name: str, where: str) -> str | None:
    """Return the split in the name of a file or folder such as cifar10-train-00001, or None.

    Raises:
        InputError: the name has several splits, or one that is not clear.
    """
    whole = split_named(name)
    if whole:
        return whole
    words = _words(name)
    kinds = {WORDS[word] for word in words if word in WORDS}
    if len(kinds) > 1 or UNCLEAR.intersection(words):
        raise InputError(
            f"{where}: {name} looks like a split, but not like one of {KNOWN}; rename it, or set "
            "another `path:`"
        )
    return kinds.pop() if kinds else None


def is_unclear(name: str) -> bool:
    """Return whether a folder is named after a split whose meaning is not clear."""
    return _letters(name) in UNCLEAR


def of_folders(folders: Iterable[str], where: str) -> dict[str, str]:
    """Return the split of each folder directly below the root; empty if they are class folders.

    Args:
        folders: names of the folders.
        where: name of the root, for errors.

    Raises:
        InputError: they look like splits, but not clearly.
    """
    folders = sorted(folders)
    found = {name: kind for name in folders if (kind := split_named(name))}
    if not found:
        unclear = [name for name in folders if is_unclear(name)]
        unclear = unclear or _siblings(folders) or _folds(folders)
        if unclear:
            raise InputError(
                f"{where}: {_look_like_splits(unclear)}, but not like {KNOWN}; rename "
                "them to these, or put the class folders into a folder named train"
            )
        return {}
    others = [name for name in folders if name not in found]
    if others:
        raise InputError(
            f"{where}: {_look_like_splits(found)}, but not what is beside: "
            f"{_first_names(others)}; keep only splits there, or rename the class folders"
        )
    check_published(found, where)
    return found


def _look_like_splits(names: Iterable[str]) -> str:
    """Return the names, and that they look like splits."""
    names = list(names)
    verb = "looks like a split" if len(names) == 1 else "look like splits"
    return f"{_first_names(names)} {verb}"


def _folds(folders: Sequence[str]) -> list[str]:
    """Return the folders if all are named like parts of a cross-validation, such as fold1."""
    return [*folders] if len(folders) > 1 and all(map(FOLD.fullmatch, folders)) else []


def check_published(found: Mapping[str, str], where: str) -> None:
    """Check that there is one folder for each split, and a training split.

    Raises:
        InputError: they are not.
    """
    kinds = list(found.values())
    for kind in SPLITS:
        if kinds.count(kind) > 1:
            names = [name for name in found if found[name] == kind]
            raise InputError(
                f"{where}: {_first_names(names)} are all named after the {kind} split; join them, "
                "or remove all but one"
            )
    if "train" not in kinds:
        raise InputError(
            f"{where}: {_first_names(found)} but no training split; add it, or set `path:` to the "
            "folder that holds the class folders"
        )


def of_rows(told: Sequence[str], where: str, column: str) -> np.ndarray:
    """Return the split of each row, from a column of words for splits.

    Args:
        told: the words.
        where: name of the source, for errors.
        column: name of the column, for errors.

    Raises:
        InputError: a word is none for a split, or there is no training split.
    """
    found = {value: split_named(str(value)) for value in dict.fromkeys(told)}
    unknown = [value for value, kind in found.items() if kind is None]
    if unknown:
        raise InputError(
            f"{where}: {unknown[0]!r} in the column `{column}` is none of {KNOWN}; mend it, "
            "or rename the column"
        )
    check_published(found, where)
    return np.array([found[value] for value in told])


def check_below_class(folders: Sequence[str], where: str) -> None:
    """Check that no folder below a class folder is named after a split.

    Args:
        folders: names of the folders between the class folder and an image.
        where: name of the class folder, for errors.

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
    """Return the indices of each split, ascending; without a split all are training images.

    Args:
        split: split of each image, or None; see `Listing`.
        n: number of images.
    """
    everything = np.arange(n)
    if split is None:
        return {"train": everything, "test": everything[:0], "validation": everything[:0]}
    return {kind: everything[split == kind] for kind in SPLITS}


def published(split: np.ndarray | None) -> list[str]:
    """Return the names of the splits that a source has, empty where it has no split."""
    return [] if split is None else [kind for kind in SPLITS if (split == kind).any()]


def drawn(training: int, test: int, fraction: float) -> int:
    """Return how many training images become test images; 0 where the source has test images.

    Args:
        training, test: numbers of images in these splits of the source.
        fraction: `test_fraction` of the data set.
    """
    return 0 if test else round(training * fraction)


def described(found: Sequence[str], sizes: Mapping[str, int]) -> str:
    """Return a line on the split of a source and the number of images kept of each split.

    Args:
        found: names of the splits that the source has.
        sizes: number of images that are kept of each split.
    """
    parts = ", ".join(f"{n} {kind}" for kind, n in sizes.items() if n)
    if not found:
        return f"no published split: the test images are drawn; images: {parts}"
    drawn_too = "" if "test" in found else ", and test images are drawn from train"
    return f"published split: {', '.join(found)}{drawn_too}; images: {parts}"


def unused_folders(files: Iterable[str]) -> str | None:
    """Return a line for the log on folders whose names are not used, or None without folders.

    A person labels these images, so folders are neither classes nor splits.

    Args:
        files: names of the images, relative to the root.
    """
    folders = dict.fromkeys(name.split("/")[0] for name in files if "/" in name)
    if not folders:
        return None
    return f"the names of folders ({_first_names(folders)}) are not used as classes or splits"


def unused_labels(found: Sequence[str]) -> str:
    """Return a line for the log on a labeled source whose images a person labels again.

    Args:
        found: names of the splits that the source has.
    """
    split = f" and its published split ({', '.join(found)})" if found else ""
    return f"the source's labels{split} are not used: a person labels all its images"


def _siblings(folders: Sequence[str]) -> list[str]:
    """Return folders whose names differ only in a word for a split, as seg_train and seg_test."""
    alike: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for name in folders:
        words = _words(name)
        rest = tuple(word for word in words if word not in WORDS)
        for word in set(words).intersection(WORDS):
            alike.setdefault(rest, {}).setdefault(WORDS[word], []).append(name)
    found = (names for kinds in alike.values() if len(kinds) > 1 for names in kinds.values())
    return sorted({name for names in found for name in names})


def _letters(name: str) -> str:
    """Return the letters of a name, in lower case."""
    return "".join(c for c in name.casefold() if c.isalpha())


def _words(name: str) -> list[str]:
    """Return the words of a name, in lower case; signs, digits and capitals separate them."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[\W\d_]+", apart.casefold()) if word]


def _first_names(names: Iterable[str]) -> str:
    """Return a text that lists at most four of the names."""
    names = list(names)
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
