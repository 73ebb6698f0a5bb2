"""Pages on which people label: they end with this process, and people learn their address."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from snakemake.logging import logger

OWNER = "CBAL_LABELING_OWNER"  # that annotate_by_hand.py hands to the page's server
ANNOUNCEMENT = "results/{dataset}/labeling/announcement"
ENDING = "ending"  # beside it: the process that was told to end, for jobs that wait for a person
EACH = 0.5  # seconds between looks


def own_pages() -> None:
    """Let the pages that this process's jobs have served end with this process."""
    os.environ[OWNER] = str(os.getpid())


def announce_pages(datasets: Iterable[str]) -> None:
    """Tell, as long as this process lives, where questions wait for a person.

    Jobs do not print it themselves: their lines would break the bars on a terminal.
    """
    paths = [Path(ANNOUNCEMENT.format(dataset=dataset)) for dataset in datasets]
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
    """Tell an announcement that is another file than `told` has, whatever its time."""
    version = _version(path)
    if version and version != told[path]:
        told[path] = version
        _tell(version[-1].strip(), path.with_name("address"))


def _tell(line: str, address: Path) -> None:
    """Show a line to people.

    An address with a token goes to a terminal alone: others may read Snakemake's log, and the
    file that its output is led to.
    """
    public, token, _ = line.partition("?token=")
    if not token:
        logger.info(line)
    elif sys.stderr.isatty():
        named = (each for each in logger.handlers if each.name == "DefaultStreamHandler")
        handler = next(named, None)  # it knows of the bars
        print(line, file=handler.stream if handler else sys.stderr, flush=True)
    else:
        logger.info(f"{public} with the token that is in {address}, which only you can read")


def _version(path: Path) -> tuple | None:
    """Return what changes whenever an announcement is written again; its text is last."""
    try:
        status = path.stat()
        return status.st_ino, status.st_mtime_ns, status.st_ctime_ns, path.read_text()
    except OSError:
        return None


def _told_to_end() -> bool:
    """Return whether Snakemake got SIGTERM: it starts nothing, but waits for running jobs."""
    scheduler = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return getattr(scheduler, "_user_kill", None) is not None


def end_waiting(announcement: Path) -> None:
    """Let the jobs of this process end that wait for a person's answers."""
    ending = announcement.with_name(ENDING)
    if announcement.parent.is_dir() and not ending.exists():
        ending.write_text(f"{os.getpid()}\n")
