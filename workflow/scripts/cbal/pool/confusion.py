"""Confusion of an annotator: the chance of each given label for each right one, from a CSV file."""

import csv
from collections.abc import Sequence
from pathlib import Path

from cbal.wording import counted

TOLERANCE = 1e-6  # of the sum of a row, for shares that were rounded when they were written

Matrix = dict[str, dict[str, float]]


def read_confusion(path: Path, classes: Sequence[str] | None = None) -> Matrix:
    """Return the chance of each given label by right label and given label.

    The first line of the file names the given labels after an empty or any other cell. Each
    further line is the name of a class, and the chance of each given label.

    Args:
        path: of the file.
        classes: names of the classes of the data set; None if they are not known.

    Raises:
        ValueError: what is wrong with the file, and what to do, on one line.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = [[cell.strip() for cell in line] for line in csv.reader(file) if any(line)]
    except OSError as error:
        raise ValueError(f"cannot be read ({(error.strerror or str(error)).lower()})") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"is not CSV in UTF-8 ({error}); save it as that") from None
    if not lines:
        raise ValueError("is empty; write a line of class names, and a line for each class")
    given, rows = lines[0][1:], [line[0] for line in lines[1:]]
    for names in (given, rows):
        if len(set(names)) < len(names):
            raise ValueError("names a class twice; take one out")
    if set(given) != set(rows):
        raise ValueError(
            f"has no row or no column of {_one_of(set(given) ^ set(rows))}; every class needs both"
        )
    chances = {line[0]: _row(line[0], given, line[1:]) for line in lines[1:]}
    if classes is not None and set(classes) != set(rows):
        raise ValueError(
            f"is of other classes than the data set: {_one_of(set(classes) ^ set(rows))} is in one "
            "of them alone; name the same"
        )
    return chances


def _row(name: str, given: Sequence[str], cells: Sequence[str]) -> dict[str, float]:
    """Return the chances of a row by given label."""
    if len(cells) != len(given):
        raise ValueError(
            f"row {name!r} has {counted(len(cells), 'number')} for "
            f"{counted(len(given), 'class', 'classes')}; mend it"
        )
    try:
        chances = [float(cell) for cell in cells]
    except ValueError as error:
        raise ValueError(f"row {name!r}: {error}; write numbers from 0 to 1") from None
    if not all(0 <= chance <= 1 for chance in chances):
        raise ValueError(f"row {name!r} has a number that is not from 0 to 1; mend it")
    if abs(sum(chances) - 1) > TOLERANCE:
        raise ValueError(f"row {name!r} sums to {sum(chances):g}, not to 1; mend it")
    return dict(zip(given, chances, strict=True))


def _one_of(names: set[str]) -> str:
    return repr(min(names))
