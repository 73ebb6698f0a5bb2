"""Archives: the metrics of finished runs, a file of some kB each, and what made them.

An archive is a folder that outlives `results/`: `{dataset}/{scenario}/seed-{seed}.parquet` has
the rows of all rounds of a run, `{dataset}/{scenario}/settings.json` the settings that all its
seeds have in common.
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


def disagreement(archive: Path, dataset: str, scenario: str, settings: Settings) -> str | None:
    """Return how an archive's runs differ from settings, with the file; None if they do not.

    Runs that the archive does not have do not differ.
    """
    path = settings_file(archive, dataset, scenario)
    if not path.exists():
        return None
    try:
        theirs = json.loads(path.read_text())
    except ValueError:
        return f"{path}: is not JSON"
    differs = difference(theirs, settings)
    return f"{path}: {differs}" if differs else None


def difference(theirs: Settings, ours: Settings) -> str | None:
    """Return the first setting that differs, by its dotted name; None where all agree."""
    there, here = dict(_flat(theirs)), dict(_flat(ours))
    for key in sorted({*there, *here}):
        if key not in there or key not in here or there[key] != here[key]:
            values = (str(part.get(key, "not set")) for part in (there, here))
            return "{} was {}, and is {} now".format(key, *values)
    return None


def _flat(settings: Settings, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted names of settings and their values; lists are values."""
    for key, value in settings.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value
