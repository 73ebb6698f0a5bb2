"""Features for the tests, and the same as arguments of scikit-activeml's strategies."""

import numpy as np

from cbal.strategies.base import Candidates

MISSING = -1


def pool_of(n=200, d=6, labeled=10, seed=0):
    """Return candidates whose features are random, in groups."""
    rng = np.random.default_rng(seed)
    centers = 3 * rng.normal(size=(12, d))
    x = centers[rng.integers(12, size=labeled + n)] + rng.normal(size=(labeled + n, d))
    return Candidates(
        np.arange(n),
        features=x[labeled:].astype(np.float16),
        probabilities=rng.dirichlet(np.ones(3), n).astype(np.float32),
        labeled_features=x[:labeled].astype(np.float16),
    )


def of_unit_length(pool):
    """Return the same pool with features divided by their length, in float16."""

    def unit(x):
        x = x.astype(np.float64)
        return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float16)

    labeled = unit(pool.labeled_features)
    return Candidates(
        pool.sample_id, unit(pool.features), pool.probabilities, labeled_features=labeled
    )


def theirs(pool):
    """Return X and y: the candidates, whose labels are missing, and then the labeled samples."""
    x = np.concatenate([pool.features, pool.labeled_features]).astype(np.float64)
    return x, np.where(np.arange(len(x)) < len(pool), MISSING, 0)
