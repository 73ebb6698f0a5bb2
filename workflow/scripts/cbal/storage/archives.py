"""Archives: the metrics of finished runs, a file of some kB each, and what made them.

An archive is a folder that outlives `results/`: `{dataset}/{scenario}/seed-{seed}.parquet` is
what `finish_run.py` wrote of a run, `{dataset}/{scenario}/settings.json` has the settings that all
its seeds have in common.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Settings = dict[str, Any]


def run_file(archive: Path, dataset: str, scenario: str, seed: int) -> Path:
    """Return the path of a run's metrics."""
    return archive / dataset / scenario / f"seed-{seed}.parquet"


def settings_file(archive: Path, dataset: str, scenario: str) -> Path:
    """Return the path of what made the runs of a scenario."""
    return archive / dataset / scenario / "settings.json"


def disagreement(
    archive: Path, dataset: str, scenario: str, settings: Settings, defaults: Settings
) -> str | None:
    """Return how an archive's runs differ from settings, with the file; None if they do not.

    Runs that the archive does not have do not differ.

    Args:
        archive, dataset, scenario: whose runs.
        settings, defaults: see `difference`.
    """
    path = settings_file(archive, dataset, scenario)
    if not path.exists():
        return None
    try:
        theirs = json.loads(path.read_text())
    except ValueError:
        return f"{path}: is not JSON"
    differs = difference(theirs, settings, defaults)
    return f"{path}: {differs}" if differs else None


def difference(theirs: Settings, ours: Settings, defaults: Settings) -> str | None:
    """Return the first setting that differs, by its dotted name; None where all agree.

    Args:
        theirs, ours: settings that made two results.
        defaults: of settings, which those have that did not exist when a result was made.
    """
    usual, there, here = (dict(_flat(settings)) for settings in (defaults, theirs, ours))
    for key in sorted({*there, *here}):
        was, now = (part.get(key, usual.get(key, "not set")) for part in (there, here))
        if was != now:
            return f"{key} was {was}, and is {now} now"
    return None


def _flat(settings: Settings, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted names of settings and their values; lists are values."""
    for key, value in settings.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value
