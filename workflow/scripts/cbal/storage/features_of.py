"""Features of some samples, from wherever a run keeps them."""

from pathlib import Path

import numpy as np

from cbal.storage.encoded import open_encoded
from cbal.storage.feature_files import read_features
from cbal.storage.feature_range import computable


def features_of(sample_id: np.ndarray, features: Path | None, encoded: Path | None) -> np.ndarray:
    """Return float16 or float32[n, d], features that are `computable`; float32[0, 1] of none.

    Args:
        sample_id: int64[n].
        features: `features.parquet`, by a network; not read if there is a fixed encoder.
        encoded: features of all samples by a fixed encoder, or None.
    """
    if not len(sample_id):
        return np.empty((0, 1), np.float32)
    if encoded is not None:
        return computable(open_encoded(encoded, int(sample_id.max()) + 1)[sample_id])
    return computable(read_features(features, sample_id, ["feature"])["feature"])
