"""Pages on which people label: they end with this process, and people learn their address."""

import os
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from snakemake.logging import logger

OWNER = "CBAL_LABELING_OWNER"  # that annotate_by_hand.py hands to the page's server
ANNOUNCEMENT = "results/{dataset}/labeling/announcement"
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
        arguments = (paths, time.time_ns())
        threading.Thread(target=_announce, args=arguments, daemon=True).start()


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


def _announce(paths: list[Path], since: int) -> None:
    told = dict.fromkeys(paths, since)
    while True:
        for path in paths:
            try:
                changed = path.stat().st_mtime_ns
                if changed > told[path]:
                    told[path] = changed
                    _tell(path.read_text().strip(), path.with_name("address"))
            except OSError:
                continue
        time.sleep(EACH)
