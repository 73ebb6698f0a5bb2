"""Checks and conversions of values in the settings that a JSON schema cannot express."""

import math
from typing import Any

from orchestration.planning.mistakes import SettingsError

# Values of these keys are passed to jobs as JSON, so they cannot be taken for options.
AS_JSON = {"classes", "settings", "columns"}
# Values of these keys are input files for Snakemake.
PATHS = {"path", "files", "labels", "weights", "archive", "confusion"}
EXACT = 2**53  # a float represents every whole number up to this one


def plain(value: Any, where: str = "") -> Any:
    """Return the settings with whole floats as integers, 1.0 as 1, and keys as text, 1 as "1".

    The text of the settings decides whether a job runs again, so equal numbers need equal text.
    JSON, as which they are stored and come from a command line, has no other keys than text.

    Args:
        value: settings, or a part of them.
        where: dotted name of the part, for errors.

    Raises:
        SettingsError: a number is infinite or NaN, or a text looks like an option of a command
            or like a wildcard.
    """
    if isinstance(value, dict):
        return {str(key): plain(part, f"{where}.{key}".lstrip(".")) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part, where) for part in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            raise SettingsError(f"{where}: {value} is not a finite number; write one")
        return int(value) if value.is_integer() and abs(value) < EXACT else value
    if isinstance(value, str):
        _check_text(value, where)
    return value


def _check_text(value: str, where: str) -> None:
    names = where.split(".")
    if value.startswith("-") and not AS_JSON & set(names):
        raise SettingsError(
            f"{where}: {value!r} begins like an option of a command; begin it with a letter (a "
            "path with ./)"
        )
    is_path = names[-1] in PATHS or names[-2:-1] == ["confusion"]
    if is_path and {"{", "}"} & set(value):
        raise SettingsError(
            f"{where}: {value!r} has braces, which Snakemake takes for a wildcard; rename it, or "
            "name a link to it"
        )
