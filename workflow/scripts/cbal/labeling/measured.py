"""What the rounds of a run measured, for the page: their accuracy and its interval."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cbal.errors import InputError
from cbal.intervals import wilson
from cbal.storage.files import read_table
from cbal.storage.paths import METRICS, ROUND_FOLDER, RUN_FOLDER

Measured = Callable[[str, int, int], float | None]  # accuracy by scenario, seed and round


@dataclass(frozen=True)
class Accuracy:
    """The accuracy on the images to measure by.

    Attributes:
        share: share of them that the model of the latest round gets right.
        low, high: ends of its interval of 95 %.
        images: number of images to measure by.
        points: by how many percent points it is above the round before; None if that has none.
    """

    share: float
    low: float
    high: float
    images: int
    points: float | None


def accuracies_of(folder: Path) -> Measured:
    """Return a function that reads the accuracy of a round; None where none was measured.

    Args:
        folder: results of the data set.
    """

    def accuracy(scenario: str, seed: int, round: int) -> float | None:
        run = RUN_FOLDER.format(dataset=folder.name, scenario=scenario, seed=seed)
        path = folder.parent / run / ROUND_FOLDER.format(round=round) / METRICS
        try:
            return _read(path, path.stat().st_mtime_ns)
        except (OSError, InputError):
            return None  # not there yet

    return accuracy


@lru_cache(maxsize=256)
def _read(path: Path, written: int) -> float | None:
    """Return the accuracy in a file of metrics, read again only if it was `written` again."""
    rows = read_table(path, ["test_accuracy"])["test_accuracy"].to_pylist()
    return rows[0] if rows else None


def latest(measured: Measured, run: tuple[str, int], round: int, images: int) -> Accuracy | None:
    """Return the accuracy of the latest round that has one, up to a round; None without one.

    Args:
        measured: accuracy of each round.
        run: scenario and seed.
        round: number of the round.
        images: number of images to measure by.
    """
    for last in (round, round - 1):
        share = measured(*run, last) if last > 0 and images else None
        if share is not None:
            before = measured(*run, last - 1) if last > 1 else None
            points = None if before is None else 100 * (share - before)
            return Accuracy(share, *wilson(share * images, images), images, points)
    return None
