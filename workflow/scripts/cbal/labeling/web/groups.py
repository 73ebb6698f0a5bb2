"""What the page shows of a split cluster: its parts, called groups there, side by side."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from cbal.labeling.view import View
from cbal.pool.parts import FEWEST, MOST

AT_ONCE = 120  # images of all groups together in the first response; buttons load the others
Tiles = Callable[[list[int], int, int], list[dict[str, Any]]]


def groups_of(
    view: View,
    classes: Sequence[str],
    tiles: Tiles,
    gone: Mapping[int, int | None] | None = None,
) -> list[dict[str, Any]]:
    """Return what the template shows of each part of a split cluster; nothing of a whole one.

    Args:
        view: of a question.
        classes: names of all classes.
        tiles: returns tiles, given the samples of a part, the part's interaction, and how many of
            the samples to show.
        gone: classes that were merged into another one, or deleted (None).
    """
    standing, result = view.split, []
    numbers = standing.parts_of(view.interaction) if standing else []
    for place, number in enumerate(numbers, start=1):
        samples = standing.parts[number].samples.tolist()
        answer = standing.answers.get(number)
        label = None if answer is None else answer.label
        if (gone or {}).get(label) is not None:
            label = gone[label]
        shown = tiles(samples, number, AT_ONCE // len(numbers))
        result.append(
            {
                "place": place,
                "interaction": number,
                "size": len(samples),
                "samples": samples,
                "tiles": shown,
                "more": len(samples) - len(shown),
                "answered": answer is not None,
                "given": None if label is None else classes[label],
                "out": [] if answer is None else list(answer.excluded),
            }
        )
    return result


def said_of(groups: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the page's script needs of groups."""
    names = ("interaction", "size", "samples", "answered", "out", "guess")
    return [{name: group[name] for name in names} for group in groups]


def ways_of(view: View, groups: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return in how many groups a cluster can be shown, and what a split costs.

    Keys: numbers (of groups), more (the number that one key asks for; None if no other one can be
    had), cost (answers that the split takes), left (of them).
    """
    size, changeable = len(view.question.samples), not any(each["answered"] for each in groups)
    numbers = list(range(FEWEST, min(MOST, size) + 1)) if view.can_split and changeable else []
    more = len(groups) + 1 if groups else FEWEST
    return {
        "numbers": numbers,
        "more": more if more in numbers else None,
        "cost": 1 + len(groups),
        "left": sum(not each["answered"] for each in groups),
    }


def fingerprint(samples: np.ndarray, groups: int) -> str:
    """Return a name of a question, or of a cluster in a number of groups, for the browser."""
    return hashlib.sha256(samples.tobytes() + bytes(groups)).hexdigest()[:16]
