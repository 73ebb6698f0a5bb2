"""How long a person will wait for the next questions: as long as after the rounds before."""

from collections.abc import Callable
from pathlib import Path
from statistics import median

from cbal.errors import InputError
from cbal.storage.files import read_table
from cbal.storage.paths import ROUND_FOLDER, RUN_FOLDER

Waits = Callable[[str, int, int], float | None]  # seconds, by scenario, seed and round

LATEST = 3  # waits that are looked at: a round with more labels takes longer
# A wait that is longer than this is no measure: the workflow was stopped in between.
TIMES, MORE = 3.0, 120.0  # times the measured work of the round, and seconds for everything else


def waits_of(folder: Path) -> Waits:
    """Return a function that says how long the wait after a round will be, by earlier rounds.

    It returns None before any round has measured one.

    Args:
        folder: results of the data set.
    """

    def wait(scenario: str, seed: int, round: int) -> float | None:
        name = RUN_FOLDER.format(dataset=folder.name, scenario=scenario, seed=seed)
        run = folder.parent / name
        known = (_waited(run, number) for number in range(round - 1, 0, -1))
        found = [seconds for seconds in known if seconds is not None][:LATEST]
        return median(found) if found else None

    return wait


def _waited(run: Path, round: int) -> float | None:
    """Return the seconds from the answers of a round to the first questions of the next one."""
    here, after = (run / ROUND_FOLDER.format(round=number) for number in (round, round + 1))
    worked = 0.0
    try:
        for path in (here / "timing.parquet", after / "timing-extraction.parquet"):
            if path.exists():
                worked += sum(read_table(path, ["seconds"])["seconds"].to_pylist())
        answered = max(path.stat().st_mtime for path in here.glob("step-*/annotations.parquet"))
        asked = min(path.stat().st_mtime for path in after.glob("step-1-*/query.parquet"))
    except (OSError, InputError, ValueError):
        return None
    whole = asked - answered
    return whole if 0 < whole <= TIMES * worked + MORE else worked or None


def in_words(left: float | None) -> str:
    """Return what the page says of the time left, in seconds; None if it is not known."""
    if left is None:
        return "How long it takes is not known yet: no training has been timed."
    if left <= 0:
        return "It takes longer than after the rounds before."
    if left <= 60:
        return "Less than a minute left, as after the rounds before."
    return f"About {round(left / 60) if left > 90 else 1} min left, as after the rounds before."
