"""Check the room on the disk."""

import shutil
from pathlib import Path
from typing import Any

from cbal.storage.paths import RESULTS
from orchestration.planning.counting import pool_size
from orchestration.planning.mistakes import SettingsError


def check_room(where: str, dataset: dict[str, Any], path: Path, size: int) -> None:
    """Check that the disk has room for the activations of a data set, unless they are there.

    Where the number of images is known only later, the job checks it.

    Args:
        where: key of the data set, for errors.
        dataset: settings of the data set.
        path: file of the activations.
        size: bytes that an image takes at least; 0 if there are no activations.

    Raises:
        SettingsError: it has not.
    """
    if not size or path.exists():
        return
    bytes_ = size * (pool_size(where, dataset) or 0)
    free = shutil.disk_usage(RESULTS if Path(RESULTS).exists() else ".").free
    if bytes_ > free:
        raise SettingsError(
            f"{where}: the activations before the trained module take {bytes_ / 1e6:,.0f} MB or "
            f"more and the disk has {free / 1e6:,.0f} MB free; make room, or name a later module"
        )
