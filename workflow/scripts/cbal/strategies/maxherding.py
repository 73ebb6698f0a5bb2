"""MaxHerding: greedy generalised coverage (Bae, Noh and Sutherland 2024, algorithm 1)."""

import numpy as np

from cbal.clustering.blocks import workers
from cbal.strategies.base import Candidates, Selection, nothing, one_by_one
from cbal.strategies.support.checks import labeled_rows, positive, squared_norms
from cbal.strategies.support.coverage import cover_of, greedy


def select(
    candidates: Candidates,
    n: int,
    rng: np.random.Generator,
    threads: int = 1,
    sigma: float = 1.0,
    references: int = 10_000,
) -> Selection:
    """Take n candidates: each is the one that adds most to the coverage of the pool.

    The kernel of two samples is exp(-d^2 / sigma^2), where d is the distance of their features
    after division by their lengths. Coverage is estimated from at most `references` candidates,
    drawn at random. `score` is the coverage that a sample added. Ties break at random.

    Raises:
        InputError: a feature is not a finite number, or a setting is not above 0.
    """
    positive(sigma=sigma, references=references)
    n = min(n, len(candidates))
    if not n:
        return nothing()
    features = candidates.features
    labeled = labeled_rows(candidates)

    def gaussian(squared: np.ndarray) -> np.ndarray:
        squared *= -1 / sigma**2
        return np.exp(squared, out=squared)

    with workers(threads) as share:
        squared_norms(candidates, share)
        cover = cover_of(features, labeled, gaussian, references, rng)
        rows, score = greedy(features, cover, n, share, rng)
    return one_by_one(candidates.sample_id[rows], score)
