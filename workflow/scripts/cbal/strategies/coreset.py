"""Core-set: greedy k-centers of the features (Sener and Savarese 2018, algorithm 1)."""

from functools import partial

import faiss
import numpy as np

from cbal.clustering.blocks import workers
from cbal.strategies.base import Candidates, Selection, nothing, one_by_one
from cbal.strategies.support.checks import labeled_rows, squared_norms
from cbal.strategies.support.lazy_greedy import lazy_greedy


def select(candidates: Candidates, n: int, rng: np.random.Generator, threads: int = 1) -> Selection:
    """Take n candidates, each the one farthest from all labeled and all taken before.

    `score` is that Euclidean distance. Where nothing is labeled yet, the first is drawn at
    random and its score is infinite. Ties break by `sample_id`.

    Raises:
        InputError: a feature is not a number.
    """
    n = min(n, len(candidates))
    if not n:
        return nothing()
    features = candidates.features
    labeled = labeled_rows(candidates)
    with workers(threads) as share:
        norms = squared_norms(candidates, share)
        if len(labeled):
            distance = share.over(features, partial(to_nearest, others=labeled))
        else:  # as if a first center were infinitely far from all
            distance = np.full(len(features), np.finfo(np.float32).max, np.float32)
            distance[rng.integers(len(features))] = np.inf
        rows, score = farthest_first(features, norms, distance, n)
    return one_by_one(candidates.sample_id[rows], np.sqrt(score))


def to_nearest(x: np.ndarray, _: slice, others: np.ndarray) -> np.ndarray:
    """Return the squared distance of each row to the nearest other row, float32[b]."""
    faiss.omp_set_num_threads(1)  # of the thread that has this block; the others have theirs
    return faiss.knn(x, others, 1)[0][:, 0]


def farthest_first(
    features: np.ndarray, norms: np.ndarray, distance: np.ndarray, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return n rows, each the farthest from the given centers and the rows before it.

    Args:
        features: float16 or float32[rows, d].
        norms: float32[rows], their squared lengths.
        distance: float32[rows], squared, to the nearest given center; is overwritten.
        n: how many rows, at most all.

    Returns:
        int64[n], the rows, and float32[n], the squared distance of each when it was taken.
    """
    centers = np.empty((n, features.shape[1]), np.float32)
    lengths: list[float] = []

    def to_new_centers(rows: np.ndarray, since: int) -> np.ndarray:
        inner = features[rows].astype(np.float32) @ centers[since : len(lengths)].T
        squared = norms[rows, None] - 2 * inner + np.array(lengths[since:], np.float32)
        return np.maximum(squared.min(axis=1), 0)

    def add(row: int) -> None:
        centers[len(lengths)] = features[row]
        lengths.append(norms[row])

    return lazy_greedy(distance, n, to_new_centers, add)
