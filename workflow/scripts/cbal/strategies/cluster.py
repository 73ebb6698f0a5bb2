"""k-means clusters of the features, each shown as a whole (the paper, section 3)."""

import numpy as np

from cbal.clustering.blocks import workers
from cbal.clustering.kmeans import kmeans
from cbal.clustering.spaces import beside, discriminant, roots
from cbal.errors import InputError
from cbal.strategies.base import Candidates, Selection, nothing
from cbal.strategies.support.checks import labeled_rows, positive, squared_norms


def select(
    candidates: Candidates,
    n: int,
    rng: np.random.Generator,
    threads: int = 1,
    iterations: int = 40,
    device: str = "cpu",
    levels: int = 1,
    space: str = "features",
    space_share: float = 0.5,
) -> Selection:
    """Divide all candidates into n clusters and show each cluster in one interaction.

    Within a cluster the image nearest to the centroid comes first; `score` is the squared
    distance to the centroid. With fewer than n candidates, each candidate is one cluster. An
    empty cluster is not shown, so there may be fewer than n interactions.

    With another `space` than that of the features its coordinates stand beside them, and
    `space_share` is what they have of the mean squared distance. They are left out where nothing
    is known yet.

    Raises:
        InputError: a feature is not a finite number, a setting is not above 0, or
            `space_share` above 1.
    """
    positive(iterations=iterations, space_share=space_share)
    if space_share > 1:
        raise InputError(
            f"setting space_share: {space_share} is above 1; correct it in config.yaml"
        )
    if not len(candidates) or not n:
        return nothing()
    with workers(threads) as share:
        squared_norms(candidates, share)
    seed = int(rng.integers(2**31))
    k = min(n, len(candidates))
    other = _coordinates(candidates, space)
    x = candidates.features if other is None else beside(candidates.features, other, space_share)
    nearest, distance = kmeans(x, k, seed, iterations, threads, device, levels)
    interaction = np.unique(nearest, return_inverse=True)[1]
    shown = np.lexsort((candidates.sample_id, distance, interaction))
    return Selection(
        interaction=interaction[shown].astype(np.int32),
        sample_id=candidates.sample_id[shown],
        score=distance[shown].astype(np.float32),
    )


def _coordinates(candidates: Candidates, space: str) -> np.ndarray | None:
    """Return coordinates of the candidates that know the labels so far; None if there are none."""
    if space == "probabilities" and candidates.probabilities is not None:
        return roots(candidates.probabilities)
    if space == "discriminant" and candidates.labels is not None:
        return discriminant(candidates.features, labeled_rows(candidates), candidates.labels)
    return None
