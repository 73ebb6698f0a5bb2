"""k-means clusters of the features, shown whole (the paper, section 3)."""

import numpy as np

from cbal.errors import InputError
from cbal.kmeans import kmeans, rows_in_chunks
from cbal.strategies.base import Candidates, Selection


def select(
    candidates: Candidates,
    n: int,
    rng: np.random.Generator,
    threads: int = 1,
    iterations: int = 40,
    device: str = "cpu",
    levels: int = 1,
) -> Selection:
    """Put every candidate into one of n clusters and show each cluster in one interaction.

    Within a cluster the image nearest to the centroid comes first; `score` is the
    squared distance to it. With fewer than n candidates each is a cluster of its own;
    an empty cluster is not shown, so there may be fewer than n interactions.

    Raises:
        InputError: a feature is not a number.
    """
    if not len(candidates) or not n:
        empty = np.zeros(0)
        return Selection(empty.astype(np.int32), empty.astype(np.int64), empty.astype(np.float32))
    for rows, chunk in rows_in_chunks(candidates.features):
        finite = np.isfinite(chunk).all(axis=1)
        if not finite.all():
            bad = candidates.sample_id[rows][~finite][0]
            raise InputError(f"the features of sample {bad} are not numbers; retrain its model")
    seed = int(rng.integers(2**31))
    k = min(n, len(candidates))
    nearest, distance = kmeans(candidates.features, k, seed, iterations, threads, device, levels)
    interaction = np.unique(nearest, return_inverse=True)[1]
    shown = np.lexsort((candidates.sample_id, distance, interaction))
    return Selection(
        interaction=interaction[shown].astype(np.int32),
        sample_id=candidates.sample_id[shown],
        score=distance[shown].astype(np.float32),
    )
