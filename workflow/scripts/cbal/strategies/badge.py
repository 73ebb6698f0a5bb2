"""BADGE: k-means++ seeding of gradient embeddings (Ash et al. 2020, algorithm 1)."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from cbal.clustering.blocks import Workers, workers
from cbal.strategies.base import Candidates, Selection, nothing, one_by_one, refuse
from cbal.strategies.support.checks import squared_norms

ROUNDING = 1e-6  # squared distances below this part of the two squared lengths count as 0
PATIENCE = 128  # rejected draws that cost as much as an update of all distances


@dataclass(frozen=True)
class Embeddings:
    """Gradients of the loss by the last layer, with the likeliest class as the label.

    An embedding is the outer product of `error` and the features: classes * d numbers. It is
    never computed. The inner product of two embeddings is the inner product of their errors
    times the inner product of their features.

    Attributes:
        features: float16 or float32[n, d].
        error: float32[n, classes], the probabilities, minus 1 at the likeliest class.
        norms: float32[n], squared lengths of the embeddings.
    """

    features: np.ndarray
    error: np.ndarray
    norms: np.ndarray

    def to_nearest(self, x: np.ndarray, rows: list | slice, others: np.ndarray) -> np.ndarray:
        """Return the squared distance of `rows`, with features `x`, to the nearest of `others`."""
        inner = x @ self.features[others].astype(np.float32).T
        inner *= self.error[rows] @ self.error[others].T
        sizes = self.norms[rows, None] + self.norms[others]
        distance = sizes - 2 * inner
        return np.where(distance > ROUNDING * sizes, distance, 0).min(axis=1)


def select(candidates: Candidates, n: int, rng: np.random.Generator, threads: int = 1) -> Selection:
    """Draw n candidates with probability proportional to the squared distance to those drawn.

    The first candidate is the one with the longest embedding, as in the authors' code, and its
    `score` is the squared length. The `score` of each later candidate is its squared distance to
    the nearest earlier one.

    Raises:
        InputError: a feature or a probability is not a finite number.
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
        InputError: a feature or a probability is not a finite number.
    """
    error = candidates.probabilities.astype(np.float32)
    error[np.arange(len(error)), error.argmax(axis=1)] -= 1
    refuse(candidates.sample_id, ~np.isfinite(error).all(axis=1), "probabilities")
    norms = squared_norms(candidates, share) * np.einsum("ij,ij->i", error, error)
    return Embeddings(candidates.features, error, norms)


def seeds(
    embeddings: Embeddings, n: int, rng: np.random.Generator, share: Workers
) -> tuple[np.ndarray, np.ndarray]:
    """Return n rows drawn as in k-means++, and their scores (see `select`).

    The distance to the nearest row taken never grows, so an old distance is an upper bound. A row
    is drawn with probability proportional to its bound and accepted with probability distance /
    bound. This is the same as drawing it with probability proportional to its distance.
    """
    features = embeddings.features
    taken = [int(np.argmax(embeddings.norms))]
    score = [float(embeddings.norms[taken[0]])]
    bound = np.full(len(features), np.inf)
    known = np.zeros(len(features), np.int64)  # how many of the rows taken each bound includes
    rejected = PATIENCE
    while len(taken) < n:
        if rejected >= PATIENCE:
            new = np.array(taken[known.min() :])
            nearest = share.over(features, partial(embeddings.to_nearest, others=new))
            bound = np.minimum(bound, nearest)
            bound[taken], known[:], rejected = 0, len(taken), 0
        if not bound.any():
            break  # each row left is at distance 0 from a row taken
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
            rejected += 1
    left = np.setdiff1d(np.arange(len(features)), taken)
    rest = rng.permutation(left)[: n - len(taken)]
    return np.concatenate([taken, rest]), np.concatenate([score, np.zeros(len(rest))])


def _draw(weights: np.ndarray, rng: np.random.Generator) -> int:
    """Return a random row; probabilities are proportional to the weights."""
    sums = np.cumsum(weights)
    return int(np.searchsorted(sums, rng.random() * sums[-1], side="right"))
