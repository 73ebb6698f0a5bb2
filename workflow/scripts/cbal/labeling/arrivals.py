"""A data set that somebody labels already, prepared again: files have come or gone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.lib.format import open_memmap

from cbal.data.unlabeled import TOGETHER, Found
from cbal.errors import InputError
from cbal.labeling.register import File
from cbal.storage.files import atomic, open_images

BEGIN_ANEW = "to begin anew remove results/{0} (with all answers) and data/{0}"
Key = tuple[str, int]


def keys_of(names: Iterable[str]) -> list[Key]:
    """Return what tells files apart: the name, and which of those with this name it is."""
    seen: Counter[str] = Counter()
    keys = []
    for name in names:
        keys.append((name, seen[name]))
        seen[name] += 1
    return keys


def arrivals(
    dataset: str,
    known: Sequence[File],
    found: Found,
    subset: int | None,
    validation: int,
    rng: np.random.Generator,
) -> list[File]:
    """Return the files that join a data set, to be labeled, in the order of their numbers.

    Args:
        dataset: its name.
        known: its files so far, those that are gone too.
        found: what there is now.
        subset: images to keep at most; None keeps all.
        validation: how many to measure by.
        rng: draws where not all are kept.

    Raises:
        InputError: no known file is there, or `validation` has changed.
    """
    anew = BEGIN_ANEW.format(dataset)
    there = set(keys_of(found.files))
    if not there & set(keys_of(file.name for file in known)):
        raise InputError(
            f"data set {dataset}: none of the {len(known)} files that it is made of is there any "
            f"more, {known[0].name} to begin with; put the `path:` right, give another folder "
            f"another name under `datasets:`, or {anew}"
        )
    measured = sum(file.split == "test" for file in known)
    if validation != measured:
        raise InputError(
            f"data set {dataset}: `validation: {validation or 'null'}`, but answers were given "
            f"with {measured or 'null'}; set it back, or {anew}"
        )
    old = set(keys_of(file.name for file in known))
    new = [name for name, k in keys_of(found.files) if (name, k) not in old]
    if subset is not None:
        kept = rng.permutation(len(new))[: max(subset - len(known), 0)]
        new = [new[i] for i in np.sort(kept)]
    return [File(name, "train") for name in new]


def write_grown(
    path: Path, files: Sequence[File], found: Found, dataset: str
) -> tuple[pa.Table, list[str]]:
    """Write `images.npy` again, a row for each file ever; return the index and what is gone.

    Files that are gone keep the pixels that they had: labels, and models, are about them.

    Args:
        path: of the images, which may be there from before.
        files: of the data set, by `sample_id`.
        found: what there is now.
        dataset: its name.

    Raises:
        InputError: files are gone, and so are their pixels.
    """
    place = {key: row for row, key in enumerate(keys_of(found.files))}
    rows = [place.get(key) for key in keys_of(file.name for file in files)]
    gone = [sample for sample, row in enumerate(rows) if row is None]
    shape = found.pixels.shape[1:]
    before = open_images(path) if gone and path.exists() else np.zeros((0, *shape), np.uint8)
    if gone and (before.shape[1:] != shape or gone[-1] >= len(before)):
        raise InputError(
            f"{path}: {len(gone)} files of the data set are gone, {files[gone[0]].name} to begin "
            f"with, and so are their stored pixels; put the files back, or "
            f"{BEGIN_ANEW.format(dataset)}"
        )
    with atomic(path) as temporary:
        pixels = open_memmap(temporary, "w+", np.uint8, (len(files), *shape))
        for start in range(0, len(files), TOGETHER):
            for sample, row in enumerate(rows[start : start + TOGETHER], start=start):
                pixels[sample] = before[sample] if row is None else found.pixels[row]
        pixels.flush()
        del pixels
    return index_of(files), [files[sample].name for sample in gone]


def files_of(index: pa.Table) -> list[File]:
    """Return the files of an index, by `sample_id`."""
    return [File(*row) for row in zip(index["source"].to_pylist(), index["split"].to_pylist())]


def index_of(files: Sequence[File]) -> pa.Table:
    """Return the index of a data set's files."""
    return pa.table(
        {
            "sample_id": pa.array(np.arange(len(files)), pa.int64()),
            "split": [file.split for file in files],
            "source": pa.array([file.name for file in files], pa.string()),
        }
    )
