"""k-means clusters of the features, shown whole (the paper, section 3)."""

import faiss
import numpy as np

from cbal.errors import InputError
from cbal.strategies.base import Candidates, Selection


def kmeans(
    features: np.ndarray, k: int, seed: int, iterations: int, threads: int
) -> tuple[np.ndarray, np.ndarray]:
    """Assign each row to one of k centroids with Faiss k-means.

    Args:
        features: float32[n, d], n >= k.
        k: number of centroids.
        seed: initial centroids are k distinct rows drawn with it.
        iterations: of Lloyd's algorithm; the paper uses 40.
        threads: of OpenMP.

    Returns:
        int64[n], the centroid of each row, and float32[n], the squared distance to it.
        A centroid may be nobody's nearest (twins in the data), so fewer than k occur.
    """
    faiss.omp_set_num_threads(threads)
    n, d = features.shape
    clustering = faiss.Kmeans(
        d,
        k,
        niter=iterations,
        seed=seed % 2**31,
        # The paper asks for 50 to 100 images a cluster on average; few images are no mistake.
        min_points_per_centroid=1,
        # All images train: 256 a centroid, Faiss's default, would draw a sample of them.
        max_points_per_centroid=max(1, -(-n // k)),
    )
    clustering.train(features)
    distance, nearest = clustering.index.search(features, 1)
    return nearest[:, 0], distance[:, 0]


def select(
    candidates: Candidates,
    n: int,
    rng: np.random.Generator,
    threads: int = 1,
    iterations: int = 40,
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
    features = np.ascontiguousarray(candidates.features, np.float32)
    if not np.isfinite(features).all():
        bad = candidates.sample_id[~np.isfinite(features).all(axis=1)][0]
        raise InputError(f"the features of sample {bad} are not numbers; retrain its model")
    seed = int(rng.integers(2**31))
    nearest, distance = kmeans(features, min(n, len(features)), seed, iterations, threads)
    interaction = np.unique(nearest, return_inverse=True)[1]
    shown = np.lexsort((candidates.sample_id, distance, interaction))
    return Selection(
        interaction=interaction[shown].astype(np.int32),
        sample_id=candidates.sample_id[shown],
        score=distance[shown].astype(np.float32),
    )
