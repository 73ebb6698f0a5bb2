"""Labeling pages during a run: tell people the address, and end the pages with the run."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from snakemake.logging import logger

from cbal.labeling.folder import ADDRESS, ANNOUNCEMENT, ENDING, OWNER
from cbal.storage.paths import LABELING

EACH = 0.5  # seconds between two checks of the files


class NobodyLabelsError(Exception):
    """Labels are to be reviewed of a sweep that no person labels."""


def check_review(by_hand: Sequence[str]) -> None:
    """Check that a sweep has labels that can be reviewed.

    Args:
        by_hand: data sets of the sweep that a person labels.

    Raises:
        NobodyLabelsError: there are none.
    """
    if not by_hand:
        raise NobodyLabelsError(
            "config.yaml: the sweep has no data set with `annotator: human`; name a sweep that a "
            "person labels: --config sweep=mine"
        )


def own_pages() -> None:
    """Make the labeling pages of this process's jobs end when this process ends."""
    os.environ[OWNER] = str(os.getpid())


def announce_pages(datasets: Iterable[str]) -> None:
    """Show the addresses of labeling pages until this process ends, from a thread.

    Jobs do not print the addresses, because their lines would break the bars on a terminal.
    """
    paths = [Path(LABELING.format(dataset=dataset), ANNOUNCEMENT) for dataset in datasets]
    if paths:
        for path in paths:
            path.with_name(ENDING).unlink(missing_ok=True)
        told = {path: _version(path) for path in paths}
        threading.Thread(target=_watch, args=(told,), daemon=True).start()


def _watch(told: dict[Path, tuple | None]) -> None:
    while True:
        for path in told:
            tell_new(path, told)
            if _told_to_end():
                end_waiting(path)
        time.sleep(EACH)


def tell_new(path: Path, told: dict[Path, tuple | None]) -> None:
    """Show an announcement if its file is not the version in `told`, and note the new version."""
    version = _version(path)
    if version and version != told[path]:
        told[path] = version
        _tell(version[-1].strip(), path.with_name(ADDRESS))


def _tell(line: str, address: Path) -> None:
    """Show a line to people.

    An address with a token is shown on a terminal only. Other people may be able to read
    Snakemake's log, or a file to which its output is redirected.
    """
    public, token, _ = line.partition("?token=")
    if not token:
        logger.info(line)
    elif sys.stderr.isatty():
        named = (each for each in logger.handlers if each.name == "DefaultStreamHandler")
        handler = next(named, None)  # its stream prints above the bars
        print(line, file=handler.stream if handler else sys.stderr, flush=True)
    else:
        logger.info(f"{public} with the token that is in {address}, which only you can read")


def _version(path: Path) -> tuple | None:
    """Return values that change whenever a file is written again, and its text as the last one.

    None if the file cannot be read.
    """
    try:
        status = path.stat()
        return status.st_ino, status.st_mtime_ns, status.st_ctime_ns, path.read_text()
    except OSError:
        return None


def _told_to_end() -> bool:
    """Return whether Snakemake got SIGTERM: it starts no more jobs and waits for running ones."""
    scheduler = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return getattr(scheduler, "_user_kill", None) is not None


def end_waiting(announcement: Path) -> None:
    """Tell the jobs of this process that wait for a person's answers to end."""
    ending = announcement.with_name(ENDING)
    if announcement.parent.is_dir() and not ending.exists():
        ending.write_text(f"{os.getpid()}\n")
