"""Activations of a whole data set before a module of a model: computed once, then memory-mapped."""

import math
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

import numpy as np

from cbal.errors import InputError
from cbal.log import say
from cbal.storage.feature_files import DoesNotFitError
from cbal.storage.feature_range import Spread
from cbal.storage.files import atomic


def write_activations(path: Path, n: int, parts: Callable[[], Iterable[np.ndarray]]) -> None:
    """Write the activations of n samples, in the order of `sample_id`, part by part.

    They are stored in half precision if that keeps the differences between samples, else as
    float32.

    Args:
        path: of the `.npy` file.
        n: number of samples.
        parts: computes the parts, float32[b, ...] each, n rows in total; called again where half
            precision turns out not to do.

    Raises:
        InputError: the disk lacks the room, an activation is not a finite number, or all samples
            have the same activations.
    """
    try:
        _write(path, n, parts(), np.float16)
    except DoesNotFitError:
        say("the activations do not fit into half precision: computing them again for float32")
        _write(path, n, parts(), np.float32)


def _write(path: Path, n: int, parts: Iterable[np.ndarray], dtype: type) -> None:
    spread = Spread()
    # Not through a memory map: where the disk is full, writing into one kills the process.
    with atomic(path) as temporary, temporary.open("wb") as file:
        for part in parts:
            if not spread.rows:
                _begin(file, path, (n, *part.shape[1:]), dtype)
            if not np.isfinite(part).all():
                raise InputError("an activation is not a finite number; choose other `weights:`")
            spread.add(part.reshape(len(part), -1))
            if dtype is np.float16 and not spread.fits:
                raise DoesNotFitError
            file.write(memoryview(np.ascontiguousarray(part, dtype)).cast("B"))
        if n > 1 and spread.same:
            raise InputError(
                "all samples have the same activations; choose another `trainable:`, other "
                "`weights:`, or another `architecture:`"
            )


def _begin(file: BinaryIO, path: Path, shape: tuple[int, ...], dtype: type) -> None:
    """Write the header of the file, after a check of the room for the rest."""
    bytes_ = math.prod(shape) * np.dtype(dtype).itemsize
    free = shutil.disk_usage(path.parent).free
    what = f"activations {' x '.join(map(str, shape))}, {np.dtype(dtype)}: {bytes_ / 1e6:,.1f} MB"
    say(f"{what}, to be kept in {path}; the disk has {free / 1e6:,.0f} MB free")
    if bytes_ > free:
        raise InputError(
            f"{path}: the activations take {bytes_ / 1e6:,.0f} MB and the disk has "
            f"{free / 1e6:,.0f} MB free; make room, or name a later module in `trainable:`"
        )
    header = {"descr": np.dtype(dtype).str, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
