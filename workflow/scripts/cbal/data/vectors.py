"""Vectors of embeddings: their numbers in files of other programs, and `features.npy`."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.errors import InputError
from cbal.storage.encoded import write_encoded
from cbal.storage.feature_range import Spread

ROWS = 8192  # vectors in memory at once

# Given ascending indices, yields these vectors, float32[d] each.
Read = Callable[[Iterable[int]], Iterator[np.ndarray]]


def is_vector(kind: pa.DataType) -> bool:
    """Return whether a column of this type holds lists of numbers."""
    types = pa.types
    if not (types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)):
        return False
    return types.is_floating(kind.value_type) or types.is_integer(kind.value_type)


def from_arrow(column: pa.Array, ids: Sequence[str], where: str, width: int | None) -> np.ndarray:
    """Return a part of a column of vectors as float32[b, d].

    Args:
        column: lists of numbers, of one of the types that `is_vector` accepts.
        ids: ids of the b rows, for errors.
        where: name of the file, for errors.
        width: numbers in each vector; None takes that of the first row.

    Raises:
        InputError: a vector or a number in it is missing, a vector has another width, or a number
            is not finite.
    """
    if column.null_count:
        row = int(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0])
        raise InputError(f"{where}: id {ids[row]!r} has no vector; give it one or take it out")
    if pa.types.is_fixed_size_list(column.type):
        sizes = np.full(len(column), column.type.list_size)
    else:
        sizes = np.diff(column.offsets.to_numpy())
    width = int(sizes[0]) if width is None else width
    ragged = np.flatnonzero(sizes != width)
    if len(ragged):
        row = int(ragged[0])
        raise InputError(
            f"{where}: the vector of id {ids[row]!r} has {sizes[row]} numbers, but others have "
            f"{width}; make all vectors equally long"
        )
    numbers = column.flatten()
    if numbers.null_count:
        row = int(np.flatnonzero(numbers.is_null().to_numpy(zero_copy_only=False))[0]) // width
        raise InputError(f"{where}: the vector of id {ids[row]!r} lacks a number; mend it")
    return as_float32(numbers.to_numpy().reshape(len(column), width), ids, where)


def as_float32(x: np.ndarray, ids: Sequence[str], where: str) -> np.ndarray:
    """Return vectors [b, d] of any type of numbers as float32[b, d].

    Raises:
        InputError: the vectors have no numbers, or a number is not finite as float32.
    """
    if not x.shape[1]:
        raise InputError(f"{where}: the vectors have no numbers; write some into them")
    with np.errstate(over="ignore"):
        x = x.astype(np.float32, copy=False)
    wrong = np.argwhere(~np.isfinite(x))
    if len(wrong):
        row, place = wrong[0]
        raise InputError(
            f"{where}: number {place} of the vector of id {ids[row]!r} is {x[row, place]}; "
            "mend it, or take the row out"
        )
    return x


def at(indices: Iterable[int], parts: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield the rows with ascending indices of an array that comes in parts; read all parts."""
    wanted, start = np.asarray(list(indices), np.int64), 0
    for part in parts:
        first, last = np.searchsorted(wanted, [start, start + len(part)])
        yield from part[wanted[first:last] - start]
        start += len(part)


def write_vectors(
    path: Path, read: Read, rows: np.ndarray, where: str, before: np.ndarray | None = None
) -> None:
    """Write the vectors of a data set as the features of its samples, by `sample_id`.

    Args:
        path: of the `.npy` file.
        read: reads vectors of the source.
        rows: int64[n], row of the source of each sample; -1 takes the vector from `before`.
        where: name of the source, for errors.
        before: the samples' features so far, for samples that the source no longer has.

    Raises:
        InputError: all vectors are equal, or a vector has another width than those before.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=path.parent) as file:
        whole = _in_order(file, read, rows, where, before)
        parts = [whole[start : start + ROWS] for start in range(0, len(whole), ROWS)]
        spread = Spread()
        for part in parts:
            spread.add(part)
        if len(whole) > 1 and spread.same:
            raise InputError(
                f"{where}: all vectors are equal, so they tell no sample from another; mend them"
            )
        write_encoded(path, len(whole), parts)


def _in_order(
    file: tempfile.TemporaryFile,
    read: Read,
    rows: np.ndarray,
    where: str,
    before: np.ndarray | None,
) -> np.ndarray:
    """Return the vectors in the order of `rows`, float32[n, d] in a temporary file."""
    kept = np.flatnonzero(rows >= 0)
    order, whole = kept[np.argsort(rows[kept], kind="stable")], None
    for sample, vector in zip(order, read(rows[order]), strict=True):
        if whole is None:
            whole = np.memmap(file, np.float32, "w+", shape=(len(rows), len(vector)))
        whole[sample] = vector
    gone = np.flatnonzero(rows < 0)
    if len(gone):
        if before.shape[1] != whole.shape[1]:
            raise InputError(
                f"{where}: the vectors have {whole.shape[1]} numbers, but those of samples that "
                f"are gone had {before.shape[1]}; put the samples back"
            )
        whole[gone] = before[gone]
    return whole
