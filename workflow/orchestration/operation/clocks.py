"""Check before the first job that no input is dated in the future.

Otherwise Snakemake runs a job and then rejects its output as older than the input.
"""

import os
import shlex
import time
from collections.abc import Iterable
from pathlib import Path

from cbal.storage.paths import RESULTS, SHARED

TOLERANCE = 60  # seconds by which the clock of a file server may differ
OURS = (SHARED, RESULTS)  # folders that only jobs write to


class ClockError(Exception):
    """Inputs are dated in the future. The message is one line: which, and what to do."""


def check(inputs: Iterable[str], now: float) -> None:
    """Check that no input is dated in the future.

    Args:
        inputs: paths; paths that do not exist are ignored.
        now: POSIX time.

    Raises:
        ClockError: an input is dated in the future.
    """
    ahead = {path: date for path in inputs if (date := _date(path)) > now + TOLERANCE}
    if ahead:
        first, *more = ahead
        others = f" and {len(more)} more" if more else ""
        raise ClockError(
            f"{first}{others}: dated {_clock(ahead[first])}, and now it is {_clock(now)}; set this "
            f"machine's clock if it is wrong, else change the files' date: {cure(ahead, now)}"
        )


def cure(paths: Iterable[str], now: float) -> str:
    """Return the shell command that dates files of the future to now.

    In `data/` and `results/` the command gives all such files the same date, because a file must
    not become older than the file that it was made from.
    """
    others = [path for path in paths if Path(path).parts[0] not in OURS]
    ours = [folder for folder in OURS if os.path.isdir(folder)]
    date = f"-d @{int(now)}"
    commands = []
    if ours:
        found = f"find {shlex.join(ours)} -newermt @{int(now)}"
        commands.append(f"{found} -exec touch -h {date} {{}} +")
    if others:
        links = [path for path in others if os.path.islink(path)]
        commands.append(f"touch {date} -- {shlex.join(others)}")
        if links:  # a link has a date of its own
            commands.append(f"touch -h {date} -- {shlex.join(links)}")
    return " && ".join(commands)


def _date(path: str) -> float:
    """Return the later date of a path and the file that it links to; 0 if it does not exist."""
    try:
        return max(os.stat(path).st_mtime, os.lstat(path).st_mtime)
    except OSError:
        return 0.0


def _clock(when: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(when))
