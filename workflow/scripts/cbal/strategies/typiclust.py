"""TypiClust: the most typical sample of each cluster (Hacohen, Dekel and Weinshall 2022)."""

import numpy as np

from cbal.clustering.blocks import unit, workers
from cbal.clustering.faiss_library import faiss
from cbal.clustering.kmeans import kmeans
from cbal.strategies.base import Candidates, Selection, nothing, one_by_one, refuse
from cbal.strategies.support.checks import labeled_rows, positive
from cbal.strategies.support.ranking import rank_within

ZERO = 1e-5  # added to a mean distance, so that duplicates have a finite typicality


def select(
    candidates: Candidates,
    n: int,
    rng: np.random.Generator,
    threads: int = 1,
    neighbours: int = 20,
    max_clusters: int = 500,
    min_size: int = 5,
    iterations: int = 40,
) -> Selection:
    """Cluster all samples and take the most typical candidate of each cluster without a label.

    Features have unit length, as in the authors' code. The number of clusters is the number of
    labeled samples plus n, at most `max_clusters`. Clusters with the fewest labels come first,
    where a sample taken counts as a label; among these, the largest cluster comes first. Clusters
    of fewer than `min_size` samples come after all others. `score` is the typicality: the inverse
    of the mean distance to the `neighbours` nearest candidates in the cluster.

    Raises:
        InputError: a feature is not a finite number, or a setting is not above 0.
    """
    positive(neighbours=neighbours, max_clusters=max_clusters, iterations=iterations)
    n = min(n, len(candidates))
    if not n:
        return nothing()
    labeled = labeled_rows(candidates)
    dtype = candidates.features.dtype
    with workers(threads) as share:
        x = share.over(candidates.features, lambda x, _: unit(x).astype(dtype))
    refuse(candidates.sample_id, ~np.isfinite(x).all(axis=1), "features")
    k = min(len(labeled) + n, max_clusters)
    both = np.concatenate([unit(labeled).astype(dtype), x])
    both = kmeans(both, k, int(rng.integers(2**31)), iterations, threads)[0]
    cluster = both[len(labeled) :]
    labels = np.bincount(both[: len(labeled)], minlength=k)
    size = np.bincount(both, minlength=k)
    typical = typicality(x, cluster, neighbours, threads)
    asked = labels[cluster] + rank_within(cluster, -typical)
    small = size < min_size
    best = np.lexsort((candidates.sample_id, cluster, -size[cluster], asked, small[cluster]))[:n]
    return one_by_one(candidates.sample_id[best], typical[best])


def typicality(x: np.ndarray, cluster: np.ndarray, neighbours: int, threads: int) -> np.ndarray:
    """Return the inverse mean distance of each row to its nearest rows in the same cluster.

    Args:
        x: float16 or float32[n, d].
        cluster: int64[n], the cluster of each row.
        neighbours: number of nearest rows; all other rows if the cluster has fewer.
        threads: number of CPU threads.

    Returns:
        float32[n]; 0 for a row that is alone in its cluster.
    """
    faiss.omp_set_num_threads(threads)
    typical = np.zeros(len(x), np.float32)
    order = np.argsort(cluster, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(cluster[order])) + 1):
        k = min(neighbours, len(rows) - 1)
        if k:
            inside = x[rows].astype(np.float32)
            squared = faiss.knn(inside, inside, k + 1)[0]  # one of them is the row itself
            typical[rows] = 1 / (np.sqrt(np.maximum(squared, 0)).sum(axis=1) / k + ZERO)
    return typical
