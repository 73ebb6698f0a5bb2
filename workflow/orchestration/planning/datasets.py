"""Check the settings of a data set as far as possible before the data set is prepared."""

from pathlib import Path
from typing import Any

from cbal.labeling.class_names import check_names
from orchestration.planning.counting import pool_size
from orchestration.planning.kinds import check_kind
from orchestration.planning.mistakes import SettingsError
from orchestration.planning.shares import check_shares

Config = dict[str, Any]


def check_dataset(config: Config, name: str) -> None:
    """Check the settings of a data set as far as possible before it is prepared.

    Raises:
        SettingsError: the first mistake found.
    """
    where, dataset = f"datasets.{name}", config["datasets"][name]
    if dataset["path"] is not None and not Path(dataset["path"]).exists():
        raise SettingsError(f"{where}.path: {dataset['path']} does not exist; mend the path")
    check_kind(where, dataset, config["models"][dataset["model"]])
    human = dataset["annotator"] == "human"
    if dataset["source"] == "folder" and dataset["path"] is None:
        what = "images" if human else "class folders"
        raise SettingsError(f"{where}: source folder needs `path:`, a folder of {what}")
    if human and dataset["source"] == "folder" and not Path(dataset["path"]).is_dir():
        raise SettingsError(f"{where}.path: {dataset['path']} is a file; name a folder")
    if not human and (dataset["classes"] or dataset["validation"] or dataset["labels"]):
        raise SettingsError(
            f"{where}: `classes:`, `validation:` and `labels:` need a human annotator; add "
            "`annotator: human`"
        )
    if dataset["labels"] is not None and not Path(dataset["labels"]).is_file():
        raise SettingsError(f"{where}.labels: {dataset['labels']} is no file; mend the path")
    pool = pool_size(where, dataset)
    if pool is not None and dataset["interactions"] > pool:
        raise SettingsError(
            f"{where}.interactions: {dataset['interactions']} a round, but the pool has {pool} "
            "images; ask for fewer"
        )
    _check_values(where, dataset["values"])
    for scenario in config["sweeps"][config["sweep"]]["scenarios"]:
        check_shares(config, name, scenario)


def normalize_names(where: str, dataset: Config) -> None:
    """Write a data set's classes as the journal does, and replace `~` in its paths, in place.

    Raises:
        SettingsError: the first mistake found.
    """
    try:
        dataset["classes"] = check_names(dataset["classes"])
    except ValueError as error:
        raise SettingsError(f"{where}.classes: {error}") from None
    for key in ("path", "files", "labels"):
        if dataset[key] is not None and dataset[key].startswith("~"):
            try:
                dataset[key] = str(Path(dataset[key]).expanduser())
            except RuntimeError as error:
                raise SettingsError(f"{where}.{key}: {dataset[key]}: {error}; mend it") from None


def _check_values(where: str, values: list[float] | None) -> None:
    """Check the pixel values that become black and white, for images of more than 8 bits."""
    if values and not -float("inf") < values[0] < values[1] < float("inf"):
        raise SettingsError(
            f"{where}.values: {values}; write what is black, then what is white, as [0, 4095]"
        )
