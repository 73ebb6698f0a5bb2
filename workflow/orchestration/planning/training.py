"""Check how a model is trained."""

from itertools import product
from typing import Any

from jsonschema.exceptions import best_match

from cbal.models.trainable import HEAD, is_module
from orchestration.planning.mistakes import SettingsError
from orchestration.planning.schema import Validator, describe, read_schema

# Settings of `training:` that only a model with `trainable: head` uses; it uses no others.
OF_A_HEAD_ALONE = {"l2"}
# Settings for labels of which some are wrong; every training uses them.
FORGIVING = {"weights", "label_smoothing", "robustness"}
NEEDED = ("epochs", "learning_rate")  # of all others

Config = dict[str, Any]


def check_training(config: Config, name: str) -> None:
    """Check that a data set's model can use its training settings and the sweep's scenarios.

    Raises:
        SettingsError: the first mistake found.
    """
    where, dataset = f"datasets.{name}", config["datasets"][name]
    trainable = config["models"][dataset["model"]]["trainable"]
    sweep = config["sweeps"][config["sweep"]]
    check_used(where, dataset["training"], trainable, sweep)
    for scenario in sweep["scenarios"]:
        own = config["scenarios"][scenario]["training"]
        check_used(f"scenarios.{scenario}", own, trainable, {"calibration": None})
        _check_loss(f"scenarios.{scenario}.training", training_of(config, name, scenario))
        if config["scenarios"][scenario]["label_propagation"] and trainable != HEAD:
            raise SettingsError(
                f"scenarios.{scenario}.label_propagation: it needs fixed features, and the model "
                f"of {name} has `trainable: {trainable}`; take it out, or make that `head`"
            )
    if trainable != HEAD:
        check_needed(where, dataset["training"])
        return
    for scenario in sweep["scenarios"]:
        if config["scenarios"][scenario]["dropout"]:
            raise SettingsError(
                f"{where}: {scenario} has dropout, which means nothing without training with "
                "dropout; give the model `trainable: all`, or the scenario `members:`"
            )


def training_of(config: Config, dataset: str, scenario: str | None) -> Config:
    """Return the training of a data set, with what a scenario changes of it.

    Args:
        config: checked settings.
        dataset: name of the data set.
        scenario: name of the scenario; another name or None for a baseline.
    """
    of_scenario = config["scenarios"].get(scenario, {"training": {}})
    return config["datasets"][dataset]["training"] | of_scenario["training"]


def is_used(key: str, head: bool) -> bool:
    """Whether a training of a head alone, or one of a network, uses a setting."""
    return key in FORGIVING or (key in OF_A_HEAD_ALONE) == head


def _check_loss(where: str, training: Config) -> None:
    """Check that a loss can be both: the generalised one is for labels of one class."""
    if training.get("label_smoothing") and training.get("robustness"):
        raise SettingsError(
            f"{where}: label_smoothing and robustness exclude each other; make one of them 0"
        )


def check_needed(where: str, training: Config) -> None:
    """Check that the settings of a training that is not of a head alone are there.

    Raises:
        SettingsError: the first that is missing.
    """
    missing = [key for key in NEEDED if key not in training]
    if missing:
        raise SettingsError(f"{where}.training: {missing[0]} is missing; add it")


def check_used(where: str, training: Config, trainable: str, sweep: Config) -> None:
    """Check that a model uses what is set of its training, and what a calibration tries.

    Raises:
        SettingsError: the first setting that means nothing for the model.
    """
    schema = read_schema()["properties"]["datasets"]["additionalProperties"]["properties"]
    usual = {key: each.get("default") for key, each in schema["training"]["properties"].items()}
    changed = {key for key, value in training.items() if value != usual[key]}
    tried = set(sweep["calibration"]["grid"]) if sweep["calibration"] else set()
    for part, keys in ((f"{where}.training", changed), (f"{where}: calibration", tried)):
        unused = [key for key in sorted(keys) if not is_used(key, trainable == HEAD)]
        if unused:
            raise SettingsError(
                f"{part}: {unused[0]} means nothing for a model with `trainable: {trainable}`; "
                "take it out"
            )
    _check_loss(f"{where}.training", training)
    if is_module(trainable) and "flip" in training:
        _check_flip(where, training, trainable, sweep)


def _check_flip(where: str, training: Config, trainable: str, sweep: Config) -> None:
    """Check that no image is to be mirrored where images become activations only once."""
    tried = sweep["calibration"]["grid"].get("flip", []) if sweep["calibration"] else []
    for part, values in (("training", [training["flip"]]), ("calibration", tried)):
        if True in values:
            raise SettingsError(
                f"{where}: flip of {part}: a model with `trainable: {trainable}` learns from "
                "activations that are computed once, of images as they are; take it out"
            )


def trials(calibration: Config | None) -> dict[str, Config]:
    """Return the training settings that a calibration tries, by name.

    A name is made of keys and values, such as `batch_size-32+flip-true`.
    """
    if calibration is None:
        return {}
    grid = calibration["grid"]
    combinations = [dict(zip(grid, values)) for values in product(*grid.values())]
    return {
        "+".join(f"{key}-{value}".lower() for key, value in trial.items()): trial
        for trial in combinations
    }


def check_calibration(where: str, sweep: Config, schema: Config) -> None:
    """Check that the schema of `training` accepts the values of a sweep's calibration.

    Raises:
        SettingsError: the first mistake found.
    """
    of_dataset = schema["properties"]["datasets"]["additionalProperties"]["properties"]
    for trial in trials(sweep["calibration"]).values():
        training = {"epochs": 1, "learning_rate": 1, **trial}
        error = best_match(Validator(of_dataset["training"]).iter_errors(training))
        if error is not None:
            raise SettingsError(f"{where}.calibration.grid.{describe(error)}")
