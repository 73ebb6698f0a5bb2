"""Prepare a data set again after files were added or removed, and keep the answers given."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.lib.format import open_memmap

from cbal.data.unlabeled import FILES_AT_ONCE, Found
from cbal.errors import InputError
from cbal.labeling.register import File
from cbal.storage.files import atomic, open_images
from cbal.wording import counted

BEGIN_ANEW = "to start again, remove results/{0} (with all answers) and data/{0}"
Key = tuple[str, int]


def keys_of(names: Iterable[str]) -> list[Key]:
    """Return a key for each file: its name, and how many files before it have the same name."""
    seen: Counter[str] = Counter()
    keys = []
    for name in names:
        keys.append((name, seen[name]))
        seen[name] += 1
    return keys


def arrivals(
    dataset: str,
    known: Sequence[File],
    found: Sequence[str],
    subset: int | None,
    validation: int,
    rng: np.random.Generator,
) -> list[File]:
    """Return the files that are new in a data set, in the order of their `sample_id`.

    Args:
        dataset: name of the data set.
        known: its files so far, including those that no longer exist.
        found: names of the files that exist now.
        subset: largest number of images in the data set; None for no limit.
        validation: number of images in the validation.
        rng: draws the files to keep if `subset` does not allow all.

    Raises:
        InputError: no known file exists any more, or `validation` has changed.
    """
    anew = BEGIN_ANEW.format(dataset)
    there = set(keys_of(found))
    if not there & set(keys_of(file.name for file in known)):
        raise InputError(
            f"data set {dataset}: none of its {counted(len(known), 'file')} exists any more (the "
            f"first is {known[0].name}); mend the `path:`, give another folder another name under "
            f"`datasets:`, or {anew}"
        )
    measured = sum(file.split == "test" for file in known)
    if validation != measured:
        raise InputError(
            f"data set {dataset}: `validation: {validation or 'null'}`, but answers were given "
            f"with {measured or 'null'}; set it back, or {anew}"
        )
    old = set(keys_of(file.name for file in known))
    new = [name for name, k in keys_of(found) if (name, k) not in old]
    if subset is not None:
        kept = rng.permutation(len(new))[: max(subset - len(known), 0)]
        new = [new[i] for i in np.sort(kept)]
    return [File(name, "train") for name in new]


def write_grown(
    path: Path, files: Sequence[File], found: Found, dataset: str
) -> tuple[pa.Table, list[str]]:
    """Write `images.npy` with a row for every known file; return the index and missing files.

    Files that no longer exist keep their stored pixels, because they have labels and models were
    trained on them.

    Args:
        path: path of `images.npy`; an earlier version may exist.
        files: files of the data set, by `sample_id`.
        found: the files that exist now.
        dataset: name of the data set.

    Returns:
        The index, and the names of the files that no longer exist.

    Raises:
        InputError: files do not exist any more, and their pixels are not stored.
    """
    place = {key: row for row, key in enumerate(keys_of(found.files))}
    rows = [place.get(key) for key in keys_of(file.name for file in files)]
    gone = [sample for sample, row in enumerate(rows) if row is None]
    shape = found.pixels.shape[1:]
    before = open_images(path) if gone and path.exists() else np.zeros((0, *shape), np.uint8)
    if gone and (before.shape[1:] != shape or gone[-1] >= len(before)):
        raise InputError(
            f"{path}: {counted(len(gone), 'file is', 'files are')} gone from the data set (the "
            f"first is {files[gone[0]].name}), and so are the stored pixels; put the "
            f"files back, or {BEGIN_ANEW.format(dataset)}"
        )
    with atomic(path) as temporary:
        pixels = open_memmap(temporary, "w+", np.uint8, (len(files), *shape))
        for start in range(0, len(files), FILES_AT_ONCE):
            for sample, row in enumerate(rows[start : start + FILES_AT_ONCE], start=start):
                pixels[sample] = before[sample] if row is None else found.pixels[row]
        pixels.flush()
        del pixels
    return index_of(files), [files[sample].name for sample in gone]


def files_of(index: pa.Table) -> list[File]:
    """Return the files of an index, by `sample_id`."""
    return [File(*row) for row in zip(index["source"].to_pylist(), index["split"].to_pylist())]


def index_of(files: Sequence[File]) -> pa.Table:
    """Return the index, as in `index.parquet`, of a data set's files."""
    return pa.table(
        {
            "sample_id": pa.array(np.arange(len(files)), pa.int64()),
            "split": [file.split for file in files],
            "source": pa.array([file.name for file in files], pa.string()),
        }
    )
