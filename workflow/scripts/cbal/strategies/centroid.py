"""The sample nearest to each centroid of k-means: diverse and typical, for a first round."""

import numpy as np

from cbal.clustering.blocks import workers
from cbal.clustering.kmeans import kmeans
from cbal.strategies.base import Candidates, Selection, nothing, one_by_one
from cbal.strategies.support.checks import positive, squared_norms
from cbal.strategies.support.ranking import rank_within


def select(
    candidates: Candidates,
    n: int,
    rng: np.random.Generator,
    threads: int = 1,
    iterations: int = 40,
) -> Selection:
    """Put the candidates into n clusters and take the one nearest to each centroid.

    Those of larger clusters come first; `score` is the squared distance to the centroid. Where
    clusters are empty (twins in the data), the second nearest of the largest ones follow.

    Raises:
        InputError: a feature is not a number, or a setting not above 0.
    """
    positive(iterations=iterations)
    n = min(n, len(candidates))
    if not n:
        return nothing()
    with workers(threads) as share:
        squared_norms(candidates, share)
    seed = int(rng.integers(2**31))
    cluster, distance = kmeans(candidates.features, n, seed, iterations, threads)
    size = np.bincount(cluster)[cluster]
    best = np.lexsort((candidates.sample_id, -size, rank_within(cluster, distance)))[:n]
    return one_by_one(candidates.sample_id[best], distance[best])
