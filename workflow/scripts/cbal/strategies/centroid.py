"""The sample nearest to each k-means centroid: diverse and typical samples for a first round."""

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
    """Divide the candidates into n clusters and take the one nearest to each centroid.

    Candidates of larger clusters come first; `score` is the squared distance to the centroid. If
    some clusters are empty (because of duplicates in the data), the second nearest candidates of
    the largest clusters follow.

    Raises:
        InputError: a feature is not a finite number, or a setting is not above 0.
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
