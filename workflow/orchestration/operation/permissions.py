"""Folders that may not be written to: known before the first job, not in the middle of a sweep."""

import os
import shlex
from collections.abc import Iterable
from pathlib import Path

EFFECTIVE = os.access in os.supports_effective_ids


class ReadOnlyError(Exception):
    """Folders that may not be written to, in one line: which, and what to do."""


def check(paths: Iterable[str]) -> None:
    """Check that files can be made, and the folders that they lie in.

    Args:
        paths: of the files; they need not exist.

    Raises:
        ReadOnlyError: the first folder that may not be written to.
    """
    for folder in sorted({_nearest(parent) for parent in {Path(path).parent for path in paths}}):
        if not os.access(folder, os.W_OK | os.X_OK, effective_ids=EFFECTIVE):
            raise ReadOnlyError(
                f"{folder}: may not be written to; mend that (chmod u+rwx {shlex.quote(folder)}), "
                "then run the same command again"
            )


def _nearest(folder: Path) -> str:
    """Return the nearest folder that exists, at or above one."""
    while not os.path.isdir(folder) and folder != folder.parent:
        folder = folder.parent
    return str(folder)
