"""Check `final_training:` of a data set: the training after the last round."""

from typing import Any

from cbal.models.trainable import HEAD
from orchestration.planning.kinds import kind_of
from orchestration.planning.mistakes import SettingsError
from orchestration.planning.training import check_needed, check_used


def check_final_training(where: str, dataset: dict[str, Any], models: dict[str, Any]) -> None:
    """Check that there is something that the final training is for, and that it can be done.

    Args:
        where: key of the data set, for errors.
        dataset: settings of the data set that has it, with defaults filled in.
        models: the entries of `models`.

    Raises:
        SettingsError: the first mistake found.
    """
    where, final = f"{where}.final_training", dataset["final_training"]
    if dataset["annotator"] != "human":
        raise SettingsError(
            f"{where}: it is for labels that a person takes away, and the oracle takes none; take "
            "it out, or compare models as data sets of their own"
        )
    if kind_of(dataset) != "image":
        raise SettingsError(f"{where}: it trains a network on images; take it out")
    if not dataset["validation"]:
        raise SettingsError(
            f"{where}: it counts only if it measures better on images that you label for that; "
            "set `validation:`, or take it out"
        )
    if final["model"] not in models:
        raise SettingsError(
            f"{where}.model: unknown {final['model']!r}; known are {', '.join(models)}"
        )
    trainable = models[final["model"]]["trainable"]
    if trainable == HEAD:
        raise SettingsError(
            f"{where}.model: {final['model']} trains a head alone; name a model with "
            "`trainable: all`"
        )
    check_needed(where, final["training"])
    check_used(where, final["training"], trainable, {"calibration": None})
