"""Core-set: greedy k-centers of the features (Sener and Savarese 2018, algorithm 1)."""

from functools import partial

import numpy as np

from cbal.clustering.blocks import workers
from cbal.clustering.faiss_library import faiss
from cbal.strategies.base import Candidates, Selection, nothing, one_by_one
from cbal.strategies.support.checks import labeled_rows, squared_norms
from cbal.strategies.support.lazy_greedy import lazy_greedy


def select(candidates: Candidates, n: int, rng: np.random.Generator, threads: int = 1) -> Selection:
    """Take n candidates: each is the one farthest from all labeled samples and those taken.

    `score` is the Euclidean distance to the nearest of them. If no sample is labeled yet, the
    first candidate is drawn at random and its score is infinite. Ties break by `sample_id`.

    Raises:
        InputError: a feature is not a finite number.
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
        else:  # any value larger than all distances
            distance = np.full(len(features), np.finfo(np.float32).max, np.float32)
            distance[rng.integers(len(features))] = np.inf
        rows, score = farthest_first(features, norms, distance, n)
    return one_by_one(candidates.sample_id[rows], np.sqrt(score))


def to_nearest(x: np.ndarray, _: slice, others: np.ndarray) -> np.ndarray:
    """Return float32[b], the squared distance of each row of `x` to the nearest of `others`."""
    faiss.omp_set_num_threads(1)  # for this thread; each thread computes another block
    return faiss.knn(x, others, 1)[0][:, 0]


def farthest_first(
    features: np.ndarray, norms: np.ndarray, distance: np.ndarray, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return n rows: each is the one farthest from the given centers and the rows taken.

    Args:
        features: float16 or float32[rows, d].
        norms: float32[rows], the squared lengths of the features.
        distance: float32[rows], squared distances to the nearest given center; overwritten.
        n: number of rows to return, at most `rows`.

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
