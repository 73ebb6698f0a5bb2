"""ProbCover: samples whose balls cover most of the pool (Yehuda et al. 2022, algorithm 1)."""

import numpy as np

from cbal.clustering.blocks import unit, workers
from cbal.clustering.kmeans import kmeans
from cbal.strategies.base import Candidates, Selection, nothing, one_by_one
from cbal.strategies.support.checks import labeled_rows, positive, squared_norms
from cbal.strategies.support.coverage import cover_of, greedy

PURE = 0.95  # share of balls that must contain samples of one class only, as in their paper
ASKED = 2_000  # number of balls from which that share is estimated, to half a percent
ITERATIONS = 40  # of k-means


def select(
    candidates: Candidates,
    n: int,
    rng: np.random.Generator,
    threads: int = 1,
    delta: float | None = None,
    classes: int = 10,
    references: int = 10_000,
) -> Selection:
    """Take n candidates: each is the one whose ball contains most samples in no ball so far.

    A ball has the radius `delta` around features of unit length, as in the authors' code. By
    default the radius is `pure_radius`. Labeled samples have balls too. Coverage is estimated from
    at most `references` candidates, drawn at random; `score` is the share of them that a sample
    added. Ties break at random.

    Raises:
        InputError: a feature is not a finite number, or a setting is not above 0.
    """
    positive(delta=1 if delta is None else delta, classes=classes, references=references)
    n = min(n, len(candidates))
    if not n:
        return nothing()
    features = candidates.features
    labeled = labeled_rows(candidates)
    with workers(threads) as share:
        squared_norms(candidates, share)
    if delta is None:
        delta = pure_radius(features, classes, rng, threads)

    def ball(squared: np.ndarray) -> np.ndarray:
        return np.less_equal(squared, delta**2, out=squared, casting="unsafe")

    with workers(threads) as share:
        cover = cover_of(features, labeled, ball, references, rng)
        rows, score = greedy(features, cover, n, share, rng)
    return one_by_one(candidates.sample_id[rows], score)


def pure_radius(
    features: np.ndarray, classes: int, rng: np.random.Generator, threads: int
) -> float:
    """Return the largest radius with which 95 % of the balls contain samples of one class only.

    k-means clusters take the place of the unknown classes, as the authors propose. A ball is pure
    if its radius is less than the distance to the nearest sample of another cluster.

    Args:
        features: float16 or float32[n, d]; only their directions count.
        classes: number of classes of the data set, and so of clusters.
        rng: gives the seed of k-means, and draws the balls that are checked.
        threads: number of CPU threads.

    Returns:
        The radius, for features of unit length; infinite if there is only one cluster.
    """
    with workers(threads) as share:
        x = share.over(features, lambda x, _: unit(x).astype(features.dtype))
    k, seed = min(classes, len(x)), int(rng.integers(2**31))
    cluster = kmeans(x, k, seed, ITERATIONS, threads)[0]
    asked = rng.choice(len(x), min(ASKED, len(x)), replace=False)
    centers = x[asked].astype(np.float32)
    lengths = np.einsum("ij,ij->i", centers, centers)

    def to_other_clusters(others: np.ndarray, rows: slice) -> np.ndarray:
        squared = np.einsum("ij,ij->i", others, others)[:, None] - 2 * others @ centers.T + lengths
        squared[cluster[rows, None] == cluster[asked]] = np.inf
        return squared.min(axis=0, keepdims=True)

    with workers(threads) as share:
        nearest = np.sort(share.over(x, to_other_clusters).min(axis=0))
    impure = nearest[int((1 - PURE) * len(nearest))]
    return float(np.sqrt(np.nextafter(np.maximum(impure, 0), np.float32(0))))
