"""Ranking of samples by a score: among all samples, or within each cluster."""

import numpy as np

from cbal.strategies.base import Candidates, Selection, one_by_one, refuse


def highest(
    candidates: Candidates, score: np.ndarray, n: int, what: str = "probabilities"
) -> Selection:
    """Return the n candidates of highest score, the highest first; ties by `sample_id`.

    Args:
        candidates: the samples.
        score: float32[len(candidates)].
        n: number of samples; all if there are fewer.
        what: the values from which the score was computed, such as "features".

    Raises:
        InputError: a score is not a finite number.
    """
    refuse(candidates.sample_id, ~np.isfinite(score), what)
    best = np.lexsort((candidates.sample_id, -score))[:n]
    return one_by_one(candidates.sample_id[best], score[best])


def rank_within(cluster: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Return int64[n], the rank of each row within its cluster, from 0 for the lowest score.

    Args:
        cluster: int64[n], the cluster of each row.
        score: float32[n]; of equal scores the earlier row comes first.
    """
    order = np.lexsort((score, cluster))
    sizes = np.bincount(cluster)
    rank = np.empty(len(cluster), np.int64)
    rank[order] = np.arange(len(cluster)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return rank
