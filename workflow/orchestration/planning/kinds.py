"""Kinds of data: what a source yields, and the settings that mean something for it."""

from pathlib import Path
from typing import Any

from orchestration.planning.mistakes import SettingsError

Config = dict[str, Any]

# Kinds of the sources that do not yield images.
KINDS = {"embeddings": "embedding"}
NO_ENCODER = "none"  # the architecture of a model for samples that are features already
# Settings of a data set that mean something for one kind alone, with their defaults.
OF_IMAGES = {"side": None, "background": "white", "values": None}
OF_EMBEDDINGS = {"columns": None, "files": None}


def kind_of(dataset: Config) -> str:
    """Return the kind of a data set's samples, image or embedding."""
    return KINDS.get(dataset["source"], "image")


def folder_shown(dataset: Config) -> str | None:
    """Return the folder of the files that show a data set's samples, None if they are no files."""
    path = dataset["path"]
    if kind_of(dataset) == "embedding":
        return dataset["files"] or (path if Path(path).is_dir() else str(Path(path).parent))
    return path if dataset["source"] == "folder" else None


def check_kind(where: str, dataset: Config, model: Config) -> None:
    """Check that the settings of a data set and its model fit the kind of its samples.

    Raises:
        SettingsError: the first mistake found.
    """
    embeddings = kind_of(dataset) == "embedding"
    kind = "an embedding" if embeddings else "an image"
    for key, default in (OF_IMAGES if embeddings else OF_EMBEDDINGS).items():
        if dataset[key] != default:
            raise SettingsError(f"{where}.{key}: it means nothing for {kind}; take it out")
    if embeddings:
        _check_files(where, dataset)
    if embeddings != (model["architecture"] == NO_ENCODER):
        advice = "`architecture: none` and `trainable: head`" if embeddings else "an architecture"
        said = f"models.{dataset['model']} has `architecture: {model['architecture']}`"
        raise SettingsError(f"{where}.model: {said}, but {kind} needs a model with {advice}")
    if embeddings and (model["trainable"] != "head" or model["weights"] != "none"):
        raise SettingsError(
            f"models.{dataset['model']}: with `architecture: none` there is a head to train and "
            "nothing else; write `trainable: head`, and take `weights:` out"
        )


def _check_files(where: str, dataset: Config) -> None:
    """Check the paths of a data set of embeddings."""
    path, files = dataset["path"], dataset["files"]
    if path is None:
        raise SettingsError(
            f"{where}: source embeddings needs `path:`, a Parquet file, a folder of these, or a "
            ".npy file with a CSV beside it"
        )
    if not Path(path).is_dir() and Path(path).suffix.lower() not in (".parquet", ".npy"):
        raise SettingsError(
            f"{where}.path: {path} is neither a .parquet nor a .npy file, nor a folder; write the "
            "embeddings as one of these"
        )
    if files is not None and not Path(files).is_dir():
        raise SettingsError(f"{where}.files: {files} is no folder; mend it")
