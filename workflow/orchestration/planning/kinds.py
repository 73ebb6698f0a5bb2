"""Kinds of data: what a source yields, and the settings that mean something for it.

A kind is an entry of `KNOWN` here, a reader and what shows its samples in `cbal.data`, an encoder
in `cbal.models`, and rules that make the index and `encoded/features.npy` of a data set.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cbal.models.text_names import ENCODERS, SENTENCES
from orchestration.planning.mistakes import SettingsError

Config = dict[str, Any]

# Kinds of the sources that do not yield images.
KINDS = {"embeddings": "embedding", "text": "text"}
NO_ENCODER = "none"  # the architecture of a model for samples that are features already
TABLES = (".parquet", ".csv", ".tsv", ".jsonl", ".ndjson", ".json")  # files of texts


@dataclass(frozen=True)
class Kind:
    """A kind of data.

    Attributes:
        said: a sample of it, in words.
        needs: the model that it needs, in words.
        takes: whether an architecture is such a model.
        own: settings of a data set that mean nothing for some other kind, with their defaults.
        columns: roles of the columns that a user may name; those of `needed` must be there.
        check: checks what is of this kind alone: path of a data set, and settings of its model.
    """

    said: str
    needs: str
    takes: Callable[[str], bool]
    own: Mapping[str, Any]
    columns: Collection[str] = ()
    needed: Collection[str] = ()
    check: Callable[[str, Config, Config], None] = field(default=lambda where, dataset, model: None)


def kind_of(dataset: Config) -> str:
    """Return the kind of a data set's samples: image, embedding or text."""
    return KINDS.get(dataset["source"], "image")


def folder_shown(dataset: Config) -> str | None:
    """Return the folder of the files that show a data set's samples, None if they are no files."""
    path = dataset["path"]
    if kind_of(dataset) == "embedding":
        return dataset["files"] or (path if Path(path).is_dir() else str(Path(path).parent))
    return path if dataset["source"] == "folder" else None


def may_grow(dataset: Config) -> bool:
    """Return whether samples of a data set may come and go while a person labels."""
    return dataset["source"] in ("folder", *KINDS)


def check_kind(where: str, dataset: Config, model: Config) -> None:
    """Check that the settings of a data set and its model fit the kind of its samples.

    Names of columns that are of another kind are taken out, in place.

    Raises:
        SettingsError: the first mistake found.
    """
    kind = KNOWN[kind_of(dataset)]
    for key, default in {k: v for other in KNOWN.values() for k, v in other.own.items()}.items():
        if key not in kind.own and dataset[key] != default:
            raise SettingsError(f"{where}.{key}: it means nothing for {kind.said}; take it out")
    if dataset["columns"] is not None:
        dataset["columns"] = _columns(f"{where}.columns", dataset["columns"], kind)
    fits = kind.takes(model["architecture"])
    if fits:
        kind.check(where, dataset, model)
    else:
        said = f"models.{dataset['model']} has `architecture: {model['architecture']}`"
        raise SettingsError(
            f"{where}.model: {said}, but {kind.said} needs a model with {kind.needs}"
        )


def _columns(where: str, columns: Config, kind: Kind) -> Config:
    """Return the names of the columns of a kind; others have the names that defaults gave them."""
    for role, name in columns.items():
        if role not in kind.columns and name not in (role, None):
            raise SettingsError(f"{where}.{role}: it means nothing for {kind.said}; take it out")
        if role in kind.needed and name is None:
            raise SettingsError(f"{where}.{role}: {kind.said} cannot do without it; name a column")
    return {role: name for role, name in columns.items() if role in kind.columns}


def _check_embeddings(where: str, dataset: Config, model: Config) -> None:
    """Check the paths of a data set of embeddings, and that its model has a head alone."""
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
    if model["trainable"] != "head" or model["weights"] != "none":
        raise SettingsError(
            f"models.{dataset['model']}: with `architecture: none` there is a head to train and "
            "nothing else; write `trainable: head`, and take `weights:` out"
        )


def _check_texts(where: str, dataset: Config, model: Config) -> None:
    """Check the path of a data set of texts, and that its model has an encoder that is fixed."""
    path = dataset["path"]
    if path is None:
        raise SettingsError(
            f"{where}: source text needs `path:`, a table ({', '.join(TABLES)}), or a folder of "
            "these or of class folders of .txt files"
        )
    if not Path(path).is_dir() and Path(path).suffix.lower() not in TABLES:
        raise SettingsError(
            f"{where}.path: {path} is neither a table of texts ({', '.join(TABLES)}) nor a folder; "
            "write the texts as one of these"
        )
    name = f"models.{dataset['model']}"
    if model["trainable"] != "head":
        raise SettingsError(
            f"{name}: `architecture: {model['architecture']}` is not trained, only its head; write "
            "`trainable: head`"
        )
    named = model["weights"] != "none"
    if named and model["architecture"] != SENTENCES:
        raise SettingsError(
            f"{name}: `architecture: {model['architecture']}` has no weights; take `weights:` out"
        )
    if not named and model["architecture"] == SENTENCES:
        raise SettingsError(
            f"{name}.weights: missing; write the name of a model on the hub, or its folder"
        )


KNOWN = {
    "image": Kind(
        said="an image",
        needs="an architecture for images",
        takes=lambda architecture: architecture not in (NO_ENCODER, *ENCODERS),
        own={"side": None, "background": "white", "values": None},
    ),
    "embedding": Kind(
        said="an embedding",
        needs="`architecture: none` and `trainable: head`",
        takes=lambda architecture: architecture == NO_ENCODER,
        own={"columns": None, "files": None},
        columns=("id", "vector", "label", "split", "file"),
        needed=("id", "vector"),
        check=_check_embeddings,
    ),
    "text": Kind(
        said="a text",
        needs=f"`architecture: {'` or `'.join(ENCODERS)}`, and `trainable: head`",
        takes=lambda architecture: architecture in ENCODERS,
        own={"columns": None},
        columns=("id", "text", "label", "split"),
        needed=("text",),
        check=_check_texts,
    ),
}
