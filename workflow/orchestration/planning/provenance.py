"""Settings that a run's results depend on, and the runs that an archive already has."""

from pathlib import Path
from typing import Any

from cbal.models.weights_paths import is_weights_file
from cbal.storage.archives import disagreement, run_file
from cbal.storage.paths import BASELINE
from orchestration.planning.annotators import with_digests
from orchestration.planning.digests import digest
from orchestration.planning.mistakes import SettingsError
from orchestration.planning.schema import read_schema
from orchestration.planning.training import is_used, training_of

Config = dict[str, Any]

# Keys that do not change results: where the data are, names, files beside the metrics, and the
# speed of jobs. `model` and `training` are left out of the data set because they are parts of
# their own.
BESIDE_THE_POINT = {
    "dataset": {"path", "files", "title", "model", "training", "final_training", "published"}
    | {"classes", "take_away"}
    | {"pixel_limit", "row_limit", "unpacked_limit"},
    "model": {"compile", "cuda_graphs", "forward_batch_size", "threads"},
    "scenario": {"suspects", "uncertainty"},
}


def provenance(config: Config, dataset: str, scenario: str) -> Config:
    """Return the settings that a run's results depend on, including the number of rounds.

    Args:
        config: checked settings.
        dataset: name of the data set.
        scenario: name of the scenario, or `supervised` for the baseline, which has no queries.
    """
    of_dataset = config["datasets"][dataset]
    made = {
        "dataset": of_dataset,
        "model": _named_weights(config["models"][of_dataset["model"]]),
        "training": training_of(config, dataset, scenario),
    }
    head = made["model"]["trainable"] == "head"
    made["training"] = {k: v for k, v in made["training"].items() if is_used(k, head)}
    if scenario != BASELINE:
        of_scenario = dict(config["scenarios"][scenario])
        del of_scenario["training"]  # it is in that of the data set
        made |= {"oracle": with_digests(of_scenario.pop("oracle")), "scenario": of_scenario}
    made = {
        part: {k: v for k, v in keys.items() if k not in BESIDE_THE_POINT.get(part, ())}
        for part, keys in made.items()
    }
    if scenario == BASELINE:
        del made["dataset"]["interactions"]
        return made
    sweep = config["sweeps"][config["sweep"]]
    return made | {"rounds": sweep["rounds"], "stop": sweep["stop"]}


def _named_weights(model: Config) -> Config:
    """Return the settings of a model with weights of one's own told by name and digest.

    Where they lie is no part of what they are, and an archive is for other machines too.
    """
    path = Path(str(model["weights"])).expanduser()
    if not (is_weights_file(str(path)) and path.exists()):
        return model
    return model | {"weights": f"{path.name} {digest(path)}"}


def provenance_of_sweep(config: Config) -> dict[str, dict[str, Config]]:
    """Return the `provenance` of the sweep's runs, by data set and scenario."""
    sweep = config["sweeps"][config["sweep"]]
    scenarios = sweep["scenarios"] + ([BASELINE] if sweep["supervised"] else [])
    return {
        dataset: {scenario: provenance(config, dataset, scenario) for scenario in scenarios}
        for dataset in sweep["datasets"]
    }


def defaults() -> Config:
    """Return the defaults of the settings that `provenance` returns."""
    top = read_schema()["properties"]
    named = {"dataset": "datasets", "model": "models", "scenario": "scenarios"}
    schemas = {part: top[name]["additionalProperties"] for part, name in named.items()}
    schemas |= {"oracle": top["oracle"]}
    schemas |= {"training": schemas["dataset"]["properties"]["training"]}
    usual = {
        part: {k: v["default"] for k, v in schema["properties"].items() if "default" in v}
        for part, schema in schemas.items()
    }
    of_sweep = top["sweeps"]["additionalProperties"]["properties"]
    return usual | {"stop": of_sweep["stop"]["default"]}


def _cure(differs: str) -> str:
    """Return what to do about an archive that disagrees with the settings."""
    if ": rounds was " in differs:
        return (
            "an archive has measurements and no pools, so its runs cannot grow: name another "
            "folder, or write `archive: null`; rounds that results/ still has are not repeated"
        )
    return "mend the setting, or write `archive: null` to compute all runs again"


def archived_runs(config: Config) -> dict[tuple[str, str, int], str]:
    """Return the archive's files of the sweep's runs, by (data set, scenario, seed).

    Raises:
        SettingsError: the archive's runs were made with other settings.
    """
    sweep = config["sweeps"][config["sweep"]]
    if sweep["archive"] is None:
        return {}
    archive, found, usual = Path(sweep["archive"]), {}, defaults()
    for dataset, scenarios in provenance_of_sweep(config).items():
        for scenario, settings in scenarios.items():
            differs = disagreement(archive, dataset, scenario, settings, usual)
            if differs:
                raise SettingsError(
                    f"sweeps.{config['sweep']}.archive: {differs}; {_cure(differs)}"
                )
            paths = {seed: run_file(archive, dataset, scenario, seed) for seed in sweep["seeds"]}
            found |= {(dataset, scenario, s): str(p) for s, p in paths.items() if p.exists()}
    return found
