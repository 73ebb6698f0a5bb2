"""Check before the first job that its folders can be written to, and tell what cannot be."""

import logging
import os
import shlex
from collections.abc import Iterable, Sequence
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


class InOneLine(logging.Filter):
    """Filter of Snakemake's logger: it tells of write-protected outputs in one line.

    Snakemake looks for them before it calls any code of a workflow.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the message if it is the one about write-protected outputs; keep all others."""
        if getattr(record, "exception", None) == "ProtectedOutputException":
            listed = record.getMessage().partition("affected files:")[2]
            files = [line.strip() for line in listed.splitlines() if line.strip()]
            if files:
                record.msg, record.args = f"Error: {protected(files)}", None
        return True


def protected(files: Sequence[str]) -> str:
    """Return one line about outputs that exist and may not be written to.

    Args:
        files: their paths, one at least.
    """
    others = f" and {len(files) - 1} more" if len(files) > 1 else ""
    cure = shlex.join(["chmod", "u+w", *files])
    return (
        f"{files[0]}{others}: may not be written to, and must be made anew; mend that ({cure}), "
        "then run the same command again"
    )


def _nearest(folder: Path) -> str:
    """Return the folder if it exists, otherwise the nearest parent that exists."""
    while not os.path.isdir(folder) and folder != folder.parent:
        folder = folder.parent
    return str(folder)
