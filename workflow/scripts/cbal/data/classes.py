"""Classes: conversion of the labels of a source to class names and dense numbers."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cbal.data.files_found import natural
from cbal.errors import InputError
from cbal.wording import counted

MOST_CLASSES = np.iinfo(np.int16).max  # classes, since labels are int16


@dataclass(frozen=True)
class Labels:
    """The labels of one file.

    Attributes:
        where: name of the file, for errors.
        values: label of each row, a whole number or text.
        names: class names, indexed by the numbers; None where the file has no class names.
    """

    where: str
    values: np.ndarray
    names: Sequence[str] | None

    @property
    def kind(self) -> str:
        """The kind of the labels, in words for errors."""
        if self.values.dtype.kind in "OU":
            return "text"
        return "numbers without class names" if self.names is None else "numbers with class names"


def in_order(names: Sequence[str]) -> list[str]:
    """Return the distinct names in natural order, in which 2 is before 10."""
    return sorted(set(names), key=lambda name: (natural(name), name))


def values_of(where: str, column: pa.ChunkedArray) -> np.ndarray:
    """Return a column of labels as int64[n], or as object[n] of text.

    Raises:
        InputError: it is neither, a row has no label, or a number is too large for int64.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
        column = column.cast(kind)
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if not text and not pa.types.is_integer(kind):
        raise InputError(f"{where}: the labels are {kind}; make them whole numbers or text")
    if column.null_count:
        row = int(np.flatnonzero(column.is_null().to_numpy())[0])
        raise InputError(f"{where}: row {row} has no label; give it one or take the row out")
    if not text:
        values = column.to_numpy()
        huge = np.flatnonzero(values > np.iinfo(np.int64).max)
        if len(huge):
            raise InputError(
                f"{where}: row {huge[0]}: {values[huge[0]]} is too large for a class number; "
                "number the classes 0, 1, 2 and so on"
            )
        return values.astype(np.int64)
    values = np.array(column.to_pylist(), dtype=object)
    empty = [i for i, value in enumerate(values) if not value.strip()]
    if empty:
        raise InputError(f"{where}: row {empty[0]} has no label; give it one or take the row out")
    return values


def join(files: Sequence[Labels]) -> tuple[np.ndarray, list[str]]:
    """Return int16[n], the labels of all files one after another, and the class names.

    Files may have different class names: equal names are one class. The order is that of the
    first file, then of the next.

    Raises:
        InputError: files have labels of different kinds, numbers without names have gaps, a
            number has no name, or there are too many classes.
    """
    for file in files:
        if file.kind != files[0].kind:
            raise InputError(
                f"{file.where}: the labels are {file.kind}, those of {files[0].where} are "
                f"{files[0].kind}; write all files alike"
            )
    if files[0].kind == "numbers without class names":
        labels, classes = _numbers(files)
    else:
        named = [file if file.names is not None else _with_class_names(file) for file in files]
        classes = list(dict.fromkeys(name for file in named for name in file.names))
        if files[0].kind == "text":
            classes = in_order(classes)
        labels = _joined(named, classes)
    if len(classes) > MOST_CLASSES:
        raise InputError(
            f"{files[0].where}: {len(classes)} classes, but {MOST_CLASSES} at most "
            "are possible; join some"
        )
    return labels.astype(np.int16), classes


def check_split_classes(
    label: np.ndarray, classes: Sequence[str], parts: Mapping[str, np.ndarray]
) -> list[str]:
    """Return lines for the log that name the classes without a training image.

    Args:
        label: int16[n], labels of all images.
        classes: class names.
        parts: indices of the images of each split.

    Raises:
        InputError: the training images have fewer than two classes, two of these differ in
            blanks alone, or two splits spell the name of a class differently.
    """
    used = {kind: np.unique(label[index]) for kind, index in parts.items()}
    if len(used["train"]) < 2:
        raise InputError("the training images are of one class only; there is nothing to learn")
    _check_blanks([classes[i] for i in used["train"]])
    spelled = {_normalised_name(classes[i]): classes[i] for i in used["train"]}
    said = []
    for kind in ("test", "validation"):
        for i in np.setdiff1d(used[kind], used["train"]):
            if _normalised_name(classes[i]) in spelled:
                raise InputError(
                    f"class {classes[i]!r} of the {kind} split is written "
                    f"{spelled[_normalised_name(classes[i])]!r} in the training split; write both "
                    "alike"
                )
            said.append(f"class {classes[i]} of the {kind} split has no training image")
    return said


def _check_blanks(names: Sequence[str]) -> None:
    """Check that no two classes have names that look the same; `a` and `A` do not.

    Raises:
        InputError: two differ in blanks or in their Unicode form alone.
    """
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(unicodedata.normalize("NFC", " ".join(name.split())), name)
        if other != name:
            raise InputError(
                f"the classes {other!r} and {name!r} differ in blanks or in their Unicode form "
                "alone; write them alike if they are one class, or rename one"
            )


def _numbers(files: Sequence[Labels]) -> tuple[np.ndarray, list[str]]:
    """Return labels and class names for numbers without names, which must be 0, 1, 2 and so on."""
    values = np.concatenate([file.values for file in files])
    found = np.unique(values)
    if len(found) and (found[0] != 0 or found[-1] != len(found) - 1):
        raise InputError(
            f"{files[0].where}: the labels are {len(found)} different numbers from {found[0]} to "
            f"{found[-1]}; without class names they must be 0, 1, 2 and so on without a gap: "
            "number them so, or write the class names as text"
        )
    return values, [str(i) for i in range(len(found))]


def _with_class_names(file: Labels) -> Labels:
    """Return text labels as numbers with class names."""
    names, values = np.unique(file.values.astype(str), return_inverse=True)
    return Labels(file.where, values, [str(name) for name in names])


def _joined(files: Sequence[Labels], classes: Sequence[str]) -> np.ndarray:
    """Return the labels of all files as indices of `classes`."""
    number = {name: i for i, name in enumerate(classes)}
    labels = []
    for file in files:
        if len(set(file.names)) < len(file.names):
            raise InputError(f"{file.where}: a class name is there twice; mend its metadata")
        wrong = np.flatnonzero((file.values < 0) | (file.values >= len(file.names)))
        if len(wrong):
            raise InputError(
                f"{file.where}: row {wrong[0]}: label {file.values[wrong[0]]} is outside the "
                f"{counted(len(file.names), 'class', 'classes')}; mend the labels or the "
                "class names"
            )
        labels.append(np.array([number[name] for name in file.names], np.int64)[file.values])
    return np.concatenate(labels)


def _normalised_name(name: str) -> str:
    """Return a name without differences of case, outer spaces and Unicode form."""
    return unicodedata.normalize("NFC", name).casefold().strip()
