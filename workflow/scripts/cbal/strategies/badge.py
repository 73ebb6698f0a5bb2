"""BADGE: k-means++ seeds of the gradient embeddings (Ash et al. 2020, algorithm 1)."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from cbal.clustering.blocks import Workers, workers
from cbal.strategies.base import Candidates, Selection, nothing, one_by_one, refuse
from cbal.strategies.support.checks import squared_norms

ROUNDING = 1e-6  # of two squared lengths: a smaller squared distance is none
PATIENCE = 128  # refused draws that cost as much as bringing all distances up to date


@dataclass(frozen=True)
class Embeddings:
    """Gradients of the last layer's loss, as if the likeliest class were the label.

    Each is the outer product of `error` and the features, classes * d numbers that are never
    formed: an inner product of two is that of their errors times that of their features.

    Attributes:
        features: float16 or float32[n, d].
        error: float32[n, classes], probabilities less 1 at the likeliest class.
        norms: float32[n], squared lengths.
    """

    features: np.ndarray
    error: np.ndarray
    norms: np.ndarray

    def to_nearest(self, x: np.ndarray, rows: list | slice, others: np.ndarray) -> np.ndarray:
        """Return the squared distance of rows, whose features are x, to the nearest other."""
        inner = x @ self.features[others].astype(np.float32).T
        inner *= self.error[rows] @ self.error[others].T
        sizes = self.norms[rows, None] + self.norms[others]
        distance = sizes - 2 * inner
        return np.where(distance > ROUNDING * sizes, distance, 0).min(axis=1)


def select(candidates: Candidates, n: int, rng: np.random.Generator, threads: int = 1) -> Selection:
    """Draw n candidates, each by the square of its distance to those drawn before.

    The first is the one of longest embedding, as in the authors' code; `score` is its squared
    length, and of each other one the squared distance when it was drawn.

    Raises:
        InputError: a feature or a probability is not a number.
    """
    n = min(n, len(candidates))
    if not n:
        return nothing()
    with workers(threads) as share:
        rows, score = seeds(embeddings_of(candidates, share), n, rng, share)
    return one_by_one(candidates.sample_id[rows], score)


def embeddings_of(candidates: Candidates, share: Workers) -> Embeddings:
    """Return the embeddings of all candidates.

    Raises:
        InputError: a feature or a probability is not a number.
    """
    error = candidates.probabilities.astype(np.float32)
    error[np.arange(len(error)), error.argmax(axis=1)] -= 1
    refuse(candidates.sample_id, ~np.isfinite(error).all(axis=1), "probabilities")
    norms = squared_norms(candidates, share) * np.einsum("ij,ij->i", error, error)
    return Embeddings(candidates.features, error, norms)


def seeds(
    embeddings: Embeddings, n: int, rng: np.random.Generator, share: Workers
) -> tuple[np.ndarray, np.ndarray]:
    """Return n rows drawn as by k-means++, and their scores (`select` says which).

    Distances only fall, so an old one is an upper bound: a row is drawn by the bounds and
    kept with probability distance / bound, which is to draw it by its distance.
    """
    features = embeddings.features
    taken = [int(np.argmax(embeddings.norms))]
    score = [float(embeddings.norms[taken[0]])]
    bound = np.full(len(features), np.inf)
    known = np.zeros(len(features), np.int64)  # of the rows taken, how many a bound knows
    refused = PATIENCE
    while len(taken) < n:
        if refused >= PATIENCE:
            new = np.array(taken[known.min() :])
            nearest = share.over(features, partial(embeddings.to_nearest, others=new))
            bound = np.minimum(bound, nearest)
            bound[taken], known[:], refused = 0, len(taken), 0
        if not bound.any():
            break  # all that is left is where a row taken is
        row = _draw(bound, rng)
        before = bound[row]
        if new := taken[known[row] :]:
            x = features[[row]].astype(np.float32)
            bound[row] = min(before, embeddings.to_nearest(x, [row], np.array(new))[0])
            known[row] = len(taken)
        if rng.random() * before < bound[row]:
            taken.append(row)
            score.append(bound[row])
            bound[row] = 0
        else:
            refused += 1
    left = np.setdiff1d(np.arange(len(features)), taken)
    rest = rng.permutation(left)[: n - len(taken)]
    return np.concatenate([taken, rest]), np.concatenate([score, np.zeros(len(rest))])


def _draw(weights: np.ndarray, rng: np.random.Generator) -> int:
    """Return a row, each as likely as its weight says."""
    sums = np.cumsum(weights)
    return int(np.searchsorted(sums, rng.random() * sums[-1], side="right"))
