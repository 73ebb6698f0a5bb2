"""Pages on which people label: they end with this process, and people learn their address."""

import os
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


def _announce(paths: list[Path], since: int) -> None:
    told = dict.fromkeys(paths, since)
    while True:
        for path in paths:
            try:
                changed = path.stat().st_mtime_ns
                if changed > told[path]:
                    told[path] = changed
                    logger.info(path.read_text().strip())
            except OSError:
                continue
        time.sleep(EACH)
