"""Features of a whole data set from a fixed encoder: computed once, then memory-mapped."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap

from cbal.errors import InputError
from cbal.storage.feature_range import Spread, check_finite
from cbal.storage.files import HOW_TO_REBUILD, atomic

ROWS = 8192  # rows that are converted at a time


def write_encoded(path: Path, n: int, parts: Iterable[np.ndarray]) -> None:
    """Write the features of n samples, in the order of `sample_id`, part by part.

    They are stored in half precision if that keeps the differences between samples, else as
    float32.

    Args:
        path: of the `.npy` file.
        n: number of samples.
        parts: float32[b, d] each, n rows in total.

    Raises:
        InputError: a feature is not a finite number, or all samples have the same features.
    """
    with atomic(path) as temporary, tempfile.TemporaryFile(dir=path.parent) as file:
        spread = Spread()
        for part in parts:
            ids = np.arange(spread.rows, spread.rows + len(part))
            check_finite(ids, part, "features", "choose other weights for the encoder")
            spread.add(part)
            file.write(np.ascontiguousarray(part, np.float32).tobytes())
        file.flush()
        whole = np.memmap(file, np.float32, "r", shape=(n, part.shape[1]))
        if n > 1 and spread.same:
            raise InputError(
                "the encoder gives all samples the same features; choose another one, or weights "
                "for it"
            )
        dtype = np.float16 if spread.fits else np.float32
        features = open_memmap(temporary, "w+", dtype, whole.shape)
        for start in range(0, n, ROWS):
            features[start : start + ROWS] = whole[start : start + ROWS]
        features.flush()
        del features, whole


def open_encoded(path: Path, samples: int) -> np.ndarray:
    """Return the memory-mapped features, float16 or float32[N, d]; rows are `sample_id`s.

    Args:
        path: of the `.npy` file.
        samples: number of samples that it must have at least.

    Raises:
        InputError: the file is missing, damaged, or has fewer samples.
    """
    try:
        features = np.load(path, mmap_mode="r")
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}); {HOW_TO_REBUILD}") from error
    if features.ndim != 2 or len(features) < samples:
        raise InputError(f"{path}: it lacks samples of the pool; {HOW_TO_REBUILD}")
    return features
