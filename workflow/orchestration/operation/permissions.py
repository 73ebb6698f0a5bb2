"""Check before the first job that its folders can be written to."""

import os
import shlex
from collections.abc import Iterable
from pathlib import Path

EFFECTIVE = os.access in os.supports_effective_ids


class ReadOnlyError(Exception):
    """A folder cannot be written to. The message is one line: which folder, and what to do."""


def check(paths: Iterable[str]) -> None:
    """Check that files, and the folders that contain them, can be made.

    Args:
        paths: paths of the files; they need not exist.

    Raises:
        ReadOnlyError: a folder cannot be written to; the message names the first one.
    """
    for folder in sorted({_nearest(parent) for parent in {Path(path).parent for path in paths}}):
        if not os.access(folder, os.W_OK | os.X_OK, effective_ids=EFFECTIVE):
            raise ReadOnlyError(
                f"{folder}: may not be written to; mend that (chmod u+rwx {shlex.quote(folder)}), "
                "then run the same command again"
            )


def _nearest(folder: Path) -> str:
    """Return the folder if it exists, otherwise the nearest parent that exists."""
    while not os.path.isdir(folder) and folder != folder.parent:
        folder = folder.parent
    return str(folder)
