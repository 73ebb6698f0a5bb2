"""How many images the pool has, where that is known before they are read."""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from orchestration.planning.mistakes import SettingsError

COUNT = Path(__file__).parents[2] / "scripts" / "count_images.py"
COUNTED = Path(".snakemake", "counted-images")
SECONDS = 20  # a data set that takes longer to look through is checked by its first job
IMAGES = {"digits": 1797, "eurosat": 27_000}  # split by `test_fraction`
TRAINING_IMAGES = {"cifar10": 50_000}  # published split


def pool_size(where: str, dataset: dict[str, Any]) -> int | None:
    """Return the number of images that can be asked about; None where it is not known.

    Args:
        where: key of the data set, for errors.
        dataset: its settings.

    Raises:
        SettingsError: the data set's layout or labels are not understood, or the validation
            is all of it.
    """
    if dataset["path"] is None or dataset["source"] == "digits":
        size = _public_size(dataset)
    else:
        size = _counted(f"{where}.path", dataset)
    size = min((n for n in (size, dataset["subset"]) if n is not None), default=None)
    if dataset["annotator"] == "oracle" or size is None or not dataset["validation"]:
        return size
    if dataset["validation"] >= size:
        raise SettingsError(
            f"{where}.validation: {dataset['validation']} of {size} images leave none to label; "
            "ask for fewer"
        )
    return size - dataset["validation"]


def _public_size(dataset: dict[str, Any]) -> int | None:
    """Return the pool's size of a public data set that is downloaded; None for others."""
    source = dataset["source"]
    if dataset["annotator"] == "human":
        return IMAGES.get(source)
    if source in IMAGES:
        return IMAGES[source] - round(IMAGES[source] * dataset["test_fraction"])
    return TRAINING_IMAGES.get(source)


def _counted(where: str, dataset: dict[str, Any]) -> int | None:
    """Return what `count_images.py` says of a path; it is asked once for each state of it."""
    keys = ("source", "path", "test_fraction", "annotator", "row_limit", "unpacked_limit")
    settings = {key: dataset[key] for key in keys}
    try:
        state = _state(dataset["path"])
    except OSError as error:
        raise SettingsError(f"{where}: {dataset['path']}: {error.strerror}; mend that") from error
    remembered = COUNTED / _digest([settings, state])
    if remembered.exists():
        return json.loads(remembered.read_text() or "null")
    if importlib.util.find_spec("pyarrow") is None:  # only jobs have it
        return None
    command = [sys.executable, str(COUNT)]
    command += [f"--{key.replace('_', '-')}={value}" for key, value in settings.items()]
    count = None
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
        if result.returncode:
            return _refused(where, result.stderr)
        count = int(result.stdout)
    except subprocess.TimeoutExpired:
        pass  # as in every later parse, so it is remembered
    remembered.parent.mkdir(parents=True, exist_ok=True)
    remembered.write_text(json.dumps(count))
    return count


def _refused(where: str, stderr: str) -> None:
    """Raise what the count said of the data set; what else went wrong is its job's to say."""
    last = (stderr.strip().splitlines() or [""])[-1]
    if last.startswith("error: "):
        raise SettingsError(f"{where}: {last.removeprefix('error: ')}")


def _state(path: str) -> list[tuple[str, int, int]]:
    """Return names, sizes and times of a path, and of folders and Parquet files in it."""
    entries = os.scandir(path) if os.path.isdir(path) else ()
    inside = (e.path for e in entries if e.name.endswith(".parquet") or _is_folder(e))
    stats = [(os.path.abspath(name), os.stat(name)) for name in (path, *sorted(inside))]
    return [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]


def _is_folder(entry: os.DirEntry) -> bool:
    """Whether an entry is a folder; a link that leads nowhere is none."""
    return entry.is_dir(follow_symlinks=False) or (entry.is_symlink() and os.path.isdir(entry.path))


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:12]
