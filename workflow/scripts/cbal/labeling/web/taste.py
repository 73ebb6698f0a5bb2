"""How a person likes to see questions: the order of images, and of classes with their keys."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

IN_SIGHT = 40  # a larger cluster has the images of its other end beside it
STRIP = 10  # how many of them
DIGITS = "1234567890"


@dataclass(frozen=True)
class Taste:
    """How a person likes to see questions.

    Attributes:
        turned: whether the least typical images of a cluster come first.
        used: whether the most used classes come first.
    """

    turned: bool = False
    used: bool = False

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Taste":
        """Return what a request says; what it does not say is as usual."""
        return cls(bool(said.get("turned")), bool(said.get("used")))


AS_USUAL = Taste()


def keys_of(classes: Sequence[str]) -> list[str]:
    """Return the key of each class: a digit, or "" when no digit is left.

    A class whose name is a digit gets that digit.
    """
    keys = [name if len(name) == 1 and name in DIGITS else "" for name in classes]
    free = iter([digit for digit in DIGITS if digit not in keys])
    return [key or next(free, "") for key in keys]


def by_use(
    classes: Sequence[str], uses: Mapping[int, int], gone: Collection[int] = ()
) -> list[tuple[int, str, str]]:
    """Return number, name and key of each class, the most used first; keys stay with a class.

    Classes that are gone are left out.
    """
    there = [number for number in range(len(classes)) if number not in gone]
    names = [classes[number] for number in there]
    all_ = list(zip(there, names, keys_of(names)))
    return sorted(all_, key=lambda each: -uses.get(each[0], 0))


def arranged(samples: Sequence[int], turned: bool, strip: bool) -> tuple[list[int], list[int]]:
    """Return the images of a cluster as the page shows them: the grid, and the strip beside it.

    Args:
        samples: the most typical first.
        turned: whether the least typical are to come first.
        strip: whether a large cluster has a strip, with the images that the grid would end with.
    """
    order = list(reversed(samples)) if turned else list(samples)
    if not strip or len(order) <= IN_SIGHT:
        return order, []
    return order[:-STRIP], order[: -STRIP - 1 : -1]
