"""Checks of what a round trains of a model, and of the settings and the room that this takes."""

import shutil
from pathlib import Path
from typing import Any

from cbal.models.trainable import HEAD, is_module
from orchestration.planning.mistakes import SettingsError

Config = dict[str, Any]

# Settings of `training:` that only a model with `trainable: head` uses; it uses no others.
OF_A_HEAD_ALONE = {"l2"}
# Of a data set whose model is trained from a named module on.
ACTIVATIONS = "results/{dataset}/encoded/activations.npy"


def check_training(config: Config, name: str, schema: Config) -> None:
    """Check that a data set's model can use the training settings and the sweep's scenarios.

    Args:
        config: settings with their defaults.
        name: of the data set.
        schema: of the settings.

    Raises:
        SettingsError: a setting is missing, or means nothing for the model.
    """
    where, dataset = f"datasets.{name}", config["datasets"][name]
    trainable, sweep = config["models"][dataset["model"]]["trainable"], _sweep(config)
    _check_used(where, dataset["training"], trainable, sweep, schema)
    if trainable != HEAD:
        missing = [key for key in ("epochs", "learning_rate") if key not in dataset["training"]]
        if missing:
            raise SettingsError(f"{where}.training: {missing[0]} is missing; add it")
        if is_module(trainable):
            _check_flip(where, dataset["training"], trainable, sweep)
        return
    for scenario in sweep["scenarios"]:
        if config["scenarios"][scenario]["dropout"]:
            raise SettingsError(
                f"{where}: {scenario} has dropout, which means nothing without training with "
                "dropout; give the model `trainable: all`, or the scenario `members:`"
            )


def _sweep(config: Config) -> Config:
    return config["sweeps"][config["sweep"]]


def _check_used(
    where: str, training: Config, trainable: str, sweep: Config, schema: Config
) -> None:
    """Check that a model uses what is set of its training, and what a calibration tries."""
    keys = schema["properties"]["datasets"]["additionalProperties"]["properties"]["training"]
    usual = {key: each.get("default") for key, each in keys["properties"].items()}
    changed = {key for key, value in training.items() if value != usual[key]}
    tried = set(sweep["calibration"]["grid"]) if sweep["calibration"] else set()
    for part, keys in ((f"{where}.training", changed), (f"{where}: calibration", tried)):
        unused = [key for key in sorted(keys) if (key in OF_A_HEAD_ALONE) != (trainable == HEAD)]
        if unused:
            raise SettingsError(
                f"{part}: {unused[0]} means nothing for a model with `trainable: {trainable}`; "
                "take it out"
            )


def _check_flip(where: str, training: Config, trainable: str, sweep: Config) -> None:
    """Check that no image is to be mirrored where images become activations only once."""
    tried = sweep["calibration"]["grid"].get("flip", []) if sweep["calibration"] else []
    for part, values in (("training", [training["flip"]]), ("calibration", tried)):
        if True in values:
            raise SettingsError(
                f"{where}: flip of {part}: a model with `trainable: {trainable}` learns from "
                "activations that are computed once, of images as they are; take it out"
            )


def check_room(where: str, name: str, size: int) -> None:
    """Check that the disk has room for the activations of a data set, unless they are there.

    Args:
        where: key of the data set, for errors.
        name: of the data set.
        size: bytes that they take at least.

    Raises:
        SettingsError: it has not.
    """
    if Path(ACTIVATIONS.format(dataset=name)).exists():
        return
    free = shutil.disk_usage("results" if Path("results").exists() else ".").free
    if size > free:
        raise SettingsError(
            f"{where}: the activations before the trained module take {size / 1e6:,.0f} MB or more "
            f"and the disk has {free / 1e6:,.0f} MB free; make room, or name a later module"
        )
