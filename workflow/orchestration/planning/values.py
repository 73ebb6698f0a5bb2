"""Values of settings that no schema can refuse or set right."""

import math
from typing import Any

from orchestration.planning.mistakes import SettingsError

# These words are no part of a command line: they travel as JSON.
AS_JSON = {"classes", "settings"}
# Snakemake is given these as files.
PATHS = {"path", "weights", "archive"}
EXACT = 2**53  # up to here every whole number is a float


def plain(value: Any, where: str = "") -> Any:
    """Return settings in which numbers that are equal are the same: 1.0 is 1.

    Jobs are keyed by the text of their settings, and a number must not have two.

    Args:
        value: settings, or a part of them.
        where: its dotted name.

    Raises:
        SettingsError: a number is infinite or none, or a word would be taken for an option or
            for a wildcard.
    """
    if isinstance(value, dict):
        return {key: plain(part, f"{where}.{key}".lstrip(".")) for key, part in value.items()}
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
    if names[-1] in PATHS and {"{", "}"} & set(value):
        raise SettingsError(
            f"{where}: {value!r} has braces, which Snakemake takes for a wildcard; rename it, or "
            "name a link to it"
        )
