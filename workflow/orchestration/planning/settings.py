"""Check the settings before any job; every error is one line."""

from pathlib import Path
from typing import Any

from jsonschema.exceptions import best_match

from cbal.storage.paths import (
    ACTIVATIONS,
    BESIDE_RUNS,
    FINAL_ACTIVATIONS,
    LOGS,
    RESULTS,
    SHARED,
    SWEEPS,
)
from cbal.strategies.registry import Strategy
from orchestration.planning.annotators import check_oracles, complete_oracles
from orchestration.planning.datasets import check_dataset, normalize_names
from orchestration.planning.final_training import check_final_training
from orchestration.planning.mistakes import SettingsError
from orchestration.planning.models import check_model, fill_in_sizes
from orchestration.planning.pages import check_page
from orchestration.planning.room import check_room
from orchestration.planning.schema import Validator, describe, read_schema, with_defaults
from orchestration.planning.stopping import complete_stop
from orchestration.planning.strategies import check_own, check_scenario, strategies_of
from orchestration.planning.training import check_calibration, check_training
from orchestration.planning.values import plain

# Folders in `results/{dataset}/` with these names exist, so no scenario can have one of them.
TAKEN = {pattern.split("/")[2] for pattern in BESIDE_RUNS}

Config = dict[str, Any]


def check(config: Config) -> None:
    """Check the settings and fill in their defaults, in place.

    Raises:
        SettingsError: the first mistake found.
    """
    config.update(plain(config))
    schema = read_schema()
    error = best_match(Validator(schema).iter_errors(config))
    if error is not None:
        raise SettingsError(describe(error))
    with_defaults(Validator)(schema).validate(config)
    fill_in_sizes(config["models"])
    check_own(config)
    complete_oracles(config)
    strategies = strategies_of(config)
    for name, scenario in config["scenarios"].items():
        where = f"scenarios.{name}"
        scenario["steps"] = [_step(where, step, strategies) for step in scenario["steps"]]
        check_scenario(where, scenario, strategies)
    _check_names(config)
    _known("sweep", config["sweep"], config["sweeps"])
    check_page(config)
    _check_archive(f"sweeps.{config['sweep']}.archive", config["sweeps"][config["sweep"]])
    for sweep in config["sweeps"].values():
        if any(config["datasets"][name]["annotator"] == "human" for name in sweep["datasets"]):
            sweep["supervised"] = False
    for name, sweep in config["sweeps"].items():
        complete_stop(f"sweeps.{name}", sweep, config["datasets"])
    check_calibration(f"sweeps.{config['sweep']}", config["sweeps"][config["sweep"]], schema)
    for name in config["sweeps"][config["sweep"]]["datasets"]:
        check_dataset(config, name)
        check_oracles(config, name)
        check_training(config, name)
        _check_models(config, name)


def _check_models(config: Config, name: str) -> None:
    """Check the models that a data set uses, and the room for the activations that they need."""
    where, dataset = f"datasets.{name}", config["datasets"][name]
    if dataset["final_training"]:
        check_final_training(where, dataset, config["models"])
    for training, path in ((dataset, ACTIVATIONS), (dataset["final_training"], FINAL_ACTIVATIONS)):
        if training:
            model = training["model"]
            size = check_model(f"models.{model}", config["models"][model])
            if training is dataset or model != dataset["model"]:
                check_room(where, dataset, Path(path.format(dataset=name, final="final")), size)


def _check_names(config: Config) -> None:
    """Check that entries refer to entries that exist, and that names of folders are free."""
    for name in config["scenarios"]:
        if name in TAKEN:
            raise SettingsError(f"scenarios.{name}: the name is taken; choose another")
    for name, sweep in config["sweeps"].items():
        for key in ("datasets", "scenarios"):
            for entry in sweep[key]:
                _known(f"sweeps.{name}.{key}", entry, config[key])
    for name, dataset in config["datasets"].items():
        if name == SWEEPS:
            raise SettingsError(f"datasets.{name}: the name is taken; choose another")
        _known(f"datasets.{name}.model", dataset["model"], config["models"])
        normalize_names(f"datasets.{name}", dataset)


def _check_archive(where: str, sweep: Config) -> None:
    """Check that a sweep's archive can be a folder of its own."""
    archive = sweep["archive"]
    if archive is None:
        return
    if Path(archive).exists() and not Path(archive).is_dir():
        raise SettingsError(f"{where}: {archive} is a file; name a folder")
    if Path(archive).parts[:1] in ((RESULTS,), (SHARED,), (LOGS,)):
        raise SettingsError(
            f"{where}: {archive} is in a folder that jobs write to; name one that you commit"
        )


def _step(where: str, step: str | Config, strategies: dict[str, Strategy]) -> Config:
    """Return a step as a mapping, after a check of its strategy and settings."""
    step = {"strategy": step} if isinstance(step, str) else step
    step = {"share": 1, "settings": {}, **step}
    _known(f"{where}.steps", step["strategy"], strategies)
    known = strategies[step["strategy"]].settings
    for key, value in step["settings"].items():
        _known(f"{where}.steps.{step['strategy']}", key, known)
        allowed, wrong = known[key], None
        if isinstance(allowed, tuple):
            if value not in allowed:
                wrong = f"is none of {', '.join(map(str, allowed))}"
        elif type(value) is not allowed and (allowed, type(value)) != (float, int):
            wrong = f"is not of type {allowed.__name__}"
        if wrong:
            raise SettingsError(f"{where}.steps.{step['strategy']}.{key}: {value!r} {wrong}")
    return step


def _known(where: str, name: str, known: Any) -> None:
    if name not in known:
        raise SettingsError(f"{where}: unknown {name!r}; known are {', '.join(known) or 'none'}")
