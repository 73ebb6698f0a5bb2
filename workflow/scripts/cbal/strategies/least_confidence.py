"""Least confidence in the likeliest class (Lewis and Gale 1994)."""

import numpy as np

from cbal.strategies.base import Candidates, Selection
from cbal.strategies.support.ranking import highest


def uncertainty(probabilities: np.ndarray) -> np.ndarray:
    """Return 1 minus the probability of the likeliest class.

    Args:
        probabilities: float32[n, classes], rows that sum to 1.

    Returns:
        float32[n], between 0 and 1 - 1 / classes.
    """
    return (1 - probabilities.max(axis=1)).astype(np.float32)


def select(candidates: Candidates, n: int, rng: np.random.Generator, threads: int = 1) -> Selection:
    """Take the n candidates of least confidence, the least confident first.

    Raises:
        InputError: a probability is not a finite number.
    """
    return highest(candidates, uncertainty(candidates.probabilities), n)
