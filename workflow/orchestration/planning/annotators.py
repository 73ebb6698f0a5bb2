"""Simulated annotators: the oracle of each scenario, and its files."""

from pathlib import Path
from typing import Any

from cbal.pool.confusion import read_confusion
from orchestration.planning.counting import class_names
from orchestration.planning.digests import digest
from orchestration.planning.mistakes import SettingsError

Config = dict[str, Any]

KINDS = ("image", "cluster")
# Sorts of answers in the order of `cbal.pool.costs.Costs`, which only jobs can import.
COSTS = ("image", "cluster", "per_shown_image", "per_taken_out", "refusal")


def complete_oracles(config: Config) -> None:
    """Write the oracle of each scenario in full: the top level's with the scenario's changes.

    Raises:
        SettingsError: an oracle has both an error rate and a confusion.
    """
    config["oracle"] = _checked("oracle", config["oracle"])
    for name, scenario in config["scenarios"].items():
        own, general = scenario["oracle"], dict(config["oracle"])
        if {"error_rate", "confusion"} & own.keys():  # two words for mistakes: one replaces both
            general |= {"error_rate": 0, "confusion": None}
        scenario["oracle"] = _checked(f"scenarios.{name}.oracle", general | own)


def by_kind(value: Any) -> dict[str, Any]:
    """Return a setting for each kind of question: `image` and `cluster`; None where it is left out.

    Args:
        value: of `error_rate` or `confusion`: one for both kinds, or a mapping.
    """
    return {kind: value.get(kind) if isinstance(value, dict) else value for kind in KINDS}


def check_oracles(config: Config, dataset: str) -> None:
    """Check the files of the oracles that label a data set in the sweep.

    Raises:
        SettingsError: the first mistake found.
    """
    settings = config["datasets"][dataset]
    if settings["annotator"] != "oracle":
        return
    for name in config["sweeps"][config["sweep"]]["scenarios"]:
        for path in filter(
            None, by_kind(config["scenarios"][name]["oracle"]["confusion"]).values()
        ):
            try:
                read_confusion(Path(path), class_names(f"datasets.{dataset}", settings))
            except ValueError as error:
                raise SettingsError(f"scenarios.{name}.oracle.confusion: {path}: {error}") from None


def with_digests(oracle: Config) -> Config:
    """Return the settings of an oracle with digests in place of files, for runs to be known by."""
    return oracle | {
        "confusion": _joined({k: _digest(v) for k, v in by_kind(oracle["confusion"]).items()})
    }


def joined_costs(config: Config) -> str:
    """Return the cost model as jobs take it: seconds of each sort of answer, joined by commas."""
    return ",".join(str(config["seconds"][name]) for name in COSTS)


def _checked(where: str, oracle: Config) -> Config:
    """Return the settings of an oracle in one form, after a check that they go together."""
    rates = {kind: rate or 0 for kind, rate in by_kind(oracle["error_rate"]).items()}
    files = by_kind(oracle["confusion"])
    if any(rates.values()) and any(files.values()):
        raise SettingsError(f"{where}: error_rate and confusion exclude each other; take one out")
    return oracle | {"error_rate": _joined(rates), "confusion": _joined(files)}


def _joined(values: dict[str, Any]) -> Any:
    """Return one value for both kinds where they are equal, so that equal settings look alike."""
    return values["image"] if values["image"] == values["cluster"] else values


def _digest(path: str | None) -> str | None:
    """Return a digest of a file; None of no file, and of one that is not there."""
    if path is None or not Path(path).exists():
        return None
    return digest(Path(path))
