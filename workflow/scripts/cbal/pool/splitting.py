"""Split a cluster that the annotator was shown; the page and the oracle do it alike."""

from pathlib import Path

import numpy as np

from cbal.storage.features_of import features_of


def split(
    samples: np.ndarray, parts: int, features: Path | None, encoded: Path | None
) -> list[np.ndarray]:
    """Return the samples of each part of a cluster, as `clustering.parts.parts_of` orders them.

    The order in which the cluster was shown does not matter, nor does anything but its samples.

    Args:
        samples: int64[n], of the cluster.
        parts: number of parts; there may be fewer.
        features: `features.parquet` of the cluster's step, by a network, or None.
        encoded: features of all samples by a fixed encoder, or None.

    Raises:
        InputError: the features of a sample are missing.
    """
    # Here, since importing Faiss takes long, and most steps and servers split nothing.
    from cbal.clustering.parts import parts_of

    members = np.sort(samples)
    return [members[rows] for rows in parts_of(features_of(members, features, encoded), parts)]
