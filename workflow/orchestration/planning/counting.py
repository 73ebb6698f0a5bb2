"""Images in the pool and classes of a data set, if they can be found before any job."""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from cbal.wording import counted
from orchestration.planning.kinds import TABLES, kind_of
from orchestration.planning.mistakes import SettingsError

SCRIPTS = Path(__file__).parents[2] / "scripts"
# For each kind of data the script that counts, and the settings that it needs.
COUNT = {
    "image": ("count_images.py", ("source",)),
    "embedding": ("count_embeddings.py", ("columns", "files")),
    "text": ("count_texts.py", ("columns",)),
}
COUNTED = Path(".snakemake", "counted-images")
SECONDS = 20  # if counting takes longer, the first job of the data set checks its size
IMAGES = {"digits": 1797, "eurosat": 27_000}  # split by `test_fraction`
TRAINING_IMAGES = {"cifar10": 50_000}  # split as published


def pool_size(where: str, dataset: dict[str, Any]) -> int | None:
    """Return the number of images that can be queried; None if it is not known.

    Args:
        where: key of the data set, for errors.
        dataset: settings of the data set.

    Raises:
        SettingsError: the data set's layout or labels cannot be read, or the validation takes
            all images.
    """
    if dataset["path"] is None or dataset["source"] == "digits":
        size = _public_size(dataset)
    else:
        size = _listed(f"{where}.path", dataset)
    size = min((n for n in (size, dataset["subset"]) if n is not None), default=None)
    if dataset["annotator"] == "oracle" or size is None or not dataset["validation"]:
        return size
    if dataset["validation"] >= size:
        raise SettingsError(
            f"{where}.validation: {dataset['validation']} of {counted(size, 'image')} leave none "
            "to label; ask for fewer"
        )
    return size - dataset["validation"]


def class_names(where: str, dataset: dict[str, Any]) -> list[str] | None:
    """Return the names of the classes of a data set; None if they are not known before any job.

    Args:
        where: key of the data set, for errors.
        dataset: settings of the data set.
    """
    to_download = dataset["path"] is None and dataset["source"] != "digits"
    if to_download or kind_of(dataset) != "image":
        return None
    return _listed(f"{where}.path", dataset, "--classes")


def _public_size(dataset: dict[str, Any]) -> int | None:
    """Return the size of the pool of a public data set; None for other data sets."""
    source = dataset["source"]
    if dataset["annotator"] == "human":
        return IMAGES.get(source)
    if source in IMAGES:
        return IMAGES[source] - round(IMAGES[source] * dataset["test_fraction"])
    return TRAINING_IMAGES.get(source)


def _listed(where: str, dataset: dict[str, Any], *flags: str) -> Any:
    """Return what a script prints of the data set's path: by default a number of samples.

    It is remembered in `COUNTED` until the path changes. None if it is not known.
    """
    script, needed = COUNT[kind_of(dataset)]
    keys = (*needed, "path", "test_fraction", "annotator", "row_limit", "unpacked_limit")
    settings = {key: dataset[key] for key in keys if dataset[key] is not None}
    try:
        state = _state(dataset["path"]) if dataset["path"] else []
    except OSError as error:
        raise SettingsError(f"{where}: {dataset['path']}: {error.strerror}; mend that") from error
    remembered = COUNTED / _digest([settings, state, *flags])
    if remembered.exists():
        return json.loads(remembered.read_text() or "null")
    if importlib.util.find_spec("pyarrow") is None:  # only jobs have it
        return None
    command = [sys.executable, str(SCRIPTS / script)]
    for key, value in settings.items():
        value = json.dumps(value) if isinstance(value, dict) else value
        command.append(f"--{key.replace('_', '-')}={value}")
    found = None
    try:
        result = subprocess.run([*command, *flags], capture_output=True, text=True, timeout=SECONDS)
        if result.returncode:
            return _refused(where, result.stderr)
        found = json.loads(result.stdout)
    except subprocess.TimeoutExpired:
        pass  # remember None: counting would take too long in every later parse, too
    remembered.parent.mkdir(parents=True, exist_ok=True)
    remembered.write_text(json.dumps(found))
    return found


def _refused(where: str, stderr: str) -> None:
    """Raise the error that `count_images.py` reported.

    Do nothing if it failed without an error message: the first job of the data set will report it.
    """
    last = (stderr.strip().splitlines() or [""])[-1]
    if last.startswith("error: "):
        raise SettingsError(f"{where}: {last.removeprefix('error: ')}")


def _state(path: str) -> list[tuple[str, int, int]]:
    """Return name, size and time of a path, and of each folder and table in it.

    A CSV file beside a file of the same name is a part of it.
    """
    entries = os.scandir(path) if os.path.isdir(path) else ()
    inside = [e.path for e in entries if e.name.lower().endswith(TABLES) or _is_folder(e)]
    csv = os.path.splitext(path)[0] + ".csv"
    inside += [csv] if not os.path.isdir(path) and os.path.exists(csv) else []
    stats = [(os.path.abspath(name), os.stat(name)) for name in (path, *sorted(inside))]
    return [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]


def _is_folder(entry: os.DirEntry) -> bool:
    """Return whether an entry is a folder or a link to one; a broken link is not."""
    return entry.is_dir(follow_symlinks=False) or (entry.is_symlink() and os.path.isdir(entry.path))


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:12]
