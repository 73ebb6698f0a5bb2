"""Archives: the metrics of finished runs, one file of some kB each, and their settings.

An archive is a folder that is kept when `results/` is deleted. In it,
`{dataset}/{scenario}/seed-{seed}.parquet` is the file that `finish_run.py` wrote for a run, and
`{dataset}/{scenario}/settings.json` has the settings that all seeds of the scenario share.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Settings = dict[str, Any]


def run_file(archive: Path, dataset: str, scenario: str, seed: int) -> Path:
    """Return the path of the metrics of a run."""
    return archive / dataset / scenario / f"seed-{seed}.parquet"


def settings_file(archive: Path, dataset: str, scenario: str) -> Path:
    """Return the path of the settings of the runs of a scenario."""
    return archive / dataset / scenario / "settings.json"


def disagreement(
    archive: Path, dataset: str, scenario: str, settings: Settings, defaults: Settings
) -> str | None:
    """Return the file and the first setting in which archived runs differ; None if none does.

    The result is also None if the archive has no runs of the scenario.

    Args:
        archive, dataset, scenario: of the archived runs.
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
    """Return the first setting that differs, with its dotted name; None if all are equal.

    Args:
        theirs, ours: settings of two results.
        defaults: values of settings that did not exist when a result was made.
    """
    usual, there, here = (dict(_flat(settings)) for settings in (defaults, theirs, ours))
    for key in sorted({*there, *here}):
        was, now = (part.get(key, usual.get(key, "not set")) for part in (there, here))
        if was != now:
            return f"{key} was {was}, and is {now} now"
    return None


def _flat(settings: Settings, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the dotted name and the value of each setting; a list is one value."""
    for key, value in settings.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value
