"""ProbCover: the balls that cover most of the pool (Yehuda et al. 2022, algorithm 1)."""

import numpy as np

from cbal.clustering.blocks import unit, workers
from cbal.clustering.kmeans import kmeans
from cbal.strategies.base import Candidates, Selection, nothing, one_by_one
from cbal.strategies.support.checks import labeled_rows, positive, squared_norms
from cbal.strategies.support.coverage import cover_of, greedy

PURE = 0.95  # share of balls in which all samples shall be of one class, as in the paper
ASKED = 2_000  # balls by which that share is estimated, to half a percent
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
    """Take n candidates, each the one whose ball holds most samples that no ball holds yet.

    Balls have the radius `delta` around features of unit length, as in the authors' code; left
    out, it is `pure_radius`. Labeled samples have balls too. Coverage is estimated from at most
    `references` candidates, drawn at random; `score` is the share of them that a sample added.
    Ties break by `sample_id`.

    Raises:
        InputError: a feature is not a number, or a setting not above 0.
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
        rows, score = greedy(features, cover, n, share)
    return one_by_one(candidates.sample_id[rows], score)


def pure_radius(
    features: np.ndarray, classes: int, rng: np.random.Generator, threads: int
) -> float:
    """Return the largest radius with which 95 % of the balls hold samples of one class alone.

    Clusters of k-means, as many as classes, stand for the classes, as the paper proposes. A
    ball is pure if its radius is less than the distance to the nearest sample elsewhere.

    Args:
        features: float16 or float32[n, d]; their directions alone count.
        classes: of the data set.
        rng: seeds k-means, and draws the balls that are looked at.
        threads: of the CPU.

    Returns:
        the radius at unit length; infinite where there is one cluster alone.
    """
    with workers(threads) as share:
        x = share.over(features, lambda x, _: unit(x).astype(features.dtype))
    k, seed = min(classes, len(x)), int(rng.integers(2**31))
    cluster = kmeans(x, k, seed, ITERATIONS, threads)[0]
    asked = rng.choice(len(x), min(ASKED, len(x)), replace=False)
    centers = x[asked].astype(np.float32)
    lengths = np.einsum("ij,ij->i", centers, centers)

    def to_elsewhere(others: np.ndarray, rows: slice) -> np.ndarray:
        squared = np.einsum("ij,ij->i", others, others)[:, None] - 2 * others @ centers.T + lengths
        squared[cluster[rows, None] == cluster[asked]] = np.inf
        return squared.min(axis=0, keepdims=True)

    with workers(threads) as share:
        nearest = np.sort(share.over(x, to_elsewhere).min(axis=0))
    impure = nearest[int((1 - PURE) * len(nearest))]
    return float(np.sqrt(np.nextafter(np.maximum(impure, 0), np.float32(0))))
