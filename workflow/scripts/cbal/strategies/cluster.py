"""k-means clusters of the features, each shown as a whole (the paper, section 3)."""

import numpy as np

from cbal.clustering.blocks import workers
from cbal.clustering.kmeans import kmeans
from cbal.strategies.base import Candidates, Selection, nothing
from cbal.strategies.support.checks import positive, squared_norms


def select(
    candidates: Candidates,
    n: int,
    rng: np.random.Generator,
    threads: int = 1,
    iterations: int = 40,
    device: str = "cpu",
    levels: int = 1,
) -> Selection:
    """Divide all candidates into n clusters and show each cluster in one interaction.

    Within a cluster the image nearest to the centroid comes first; `score` is the squared
    distance to the centroid. With fewer than n candidates, each candidate is one cluster. An
    empty cluster is not shown, so there may be fewer than n interactions.

    Raises:
        InputError: a feature is not a finite number, or a setting is not above 0.
    """
    positive(iterations=iterations)
    if not len(candidates) or not n:
        return nothing()
    with workers(threads) as share:
        squared_norms(candidates, share)
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
