"""Inputs dated in the future: Snakemake refuses what is made from them, after it was made."""

import os
import shlex
import time
from collections.abc import Iterable
from pathlib import Path

TOLERANCE = 60  # seconds: clocks of file servers differ a little
OURS = ("data", "results")  # folders that only jobs write to


class ClockError(Exception):
    """Inputs dated in the future, in one line: which, and what to do."""


def check(inputs: Iterable[str], now: float) -> None:
    """Check that no input is dated in the future.

    Args:
        inputs: paths; those that do not exist are passed over.
        now: POSIX time.

    Raises:
        ClockError: some are.
    """
    ahead = {path: date for path in inputs if (date := _date(path)) > now + TOLERANCE}
    if ahead:
        first, *more = ahead
        others = f" and {len(more)} more" if more else ""
        raise ClockError(
            f"{first}{others}: dated {_clock(ahead[first])}, and now it is {_clock(now)}; set this "
            f"machine's clock if it is wrong, else date anew what is too late: {cure(ahead, now)}"
        )


def cure(paths: Iterable[str], now: float) -> str:
    """Return the command that dates files of the future anew.

    In the folders of jobs it takes all such files, and dates them alike: of two that are made
    one from the other, none must become older than the other.
    """
    others = [path for path in paths if Path(path).parts[0] not in OURS]
    ours = [folder for folder in OURS if os.path.isdir(folder)]
    date = f"-d @{int(now)}"
    commands = []
    if ours:
        found = f"find {shlex.join(ours)} -newermt @{int(now)}"
        commands.append(f"{found} -exec touch -h {date} {{}} +")
    if others:
        commands.append(f"touch {date} -- {shlex.join(others)}")
    return " && ".join(commands)


def _date(path: str) -> float:
    """Return when a file or what it links to was modified; 0 where there is none."""
    try:
        return max(os.stat(path).st_mtime, os.lstat(path).st_mtime)
    except OSError:
        return 0.0


def _clock(when: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(when))
