"""Features of a whole data set from a fixed encoder: computed once, mapped into memory."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap

from cbal.errors import InputError
from cbal.storage.files import HOW_TO_REBUILD, atomic


def write_encoded(path: Path, n: int, parts: Iterable[np.ndarray]) -> None:
    """Write the features of n samples, in the order of `sample_id`, as they come.

    Args:
        path: of the `.npy` file.
        n: samples.
        parts: float16 or float32[b, d] each, n rows in all.

    Raises:
        InputError: a feature is not a number, or all samples have the same features.
    """
    with atomic(path) as temporary:
        features, done = None, 0
        for part in parts:
            if features is None:
                features = open_memmap(temporary, "w+", part.dtype, (n, part.shape[1]))
            features[done : done + len(part)] = part
            done += len(part)
        _check(features[:done])
        features.flush()
        del features


def _check(features: np.ndarray) -> None:
    """Check that features tell samples apart."""
    low, high = features[0].astype(np.float32), features[0].astype(np.float32)
    for start in range(0, len(features), 8192):
        part = np.asarray(features[start : start + 8192], np.float32)
        if not np.isfinite(part).all():
            raise InputError(
                "the encoder gives features that are not numbers; choose other weights"
            )
        low, high = np.minimum(low, part.min(axis=0)), np.maximum(high, part.max(axis=0))
    if len(features) > 1 and not (high > low).any():
        raise InputError(
            "the encoder gives all samples the same features; choose another one, or weights for it"
        )


def open_encoded(path: Path, samples: int) -> np.ndarray:
    """Return float16 or float32[N, d] by `sample_id`, mapped into memory, not read.

    Args:
        path: of the file.
        samples: that it must have at least.

    Raises:
        InputError: the file is missing, damaged, or of fewer samples.
    """
    try:
        features = np.load(path, mmap_mode="r")
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}); {HOW_TO_REBUILD}") from error
    if features.ndim != 2 or len(features) < samples:
        raise InputError(f"{path}: it lacks samples of the pool; {HOW_TO_REBUILD}")
    return features
