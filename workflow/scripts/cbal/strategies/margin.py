"""Smallest margin between the two likeliest classes (Scheffer, Decomain and Wrobel 2001)."""

import numpy as np

from cbal.strategies.base import Candidates, Selection
from cbal.strategies.support.ranking import highest


def margin(probabilities: np.ndarray) -> np.ndarray:
    """Return the probability of the likeliest class minus that of the second likeliest.

    Args:
        probabilities: float32[n, classes], rows that sum to 1.

    Returns:
        float32[n], between 0 and 1; if there is only one class, its probability.
    """
    if probabilities.shape[1] < 2:
        return probabilities[:, 0].astype(np.float32)
    second, first = np.partition(probabilities, -2, axis=1)[:, -2:].T
    return (first - second).astype(np.float32)


def select(candidates: Candidates, n: int, rng: np.random.Generator, threads: int = 1) -> Selection:
    """Take the n candidates of smallest margin, the smallest first; `score` is minus the margin.

    Raises:
        InputError: a probability is not a finite number.
    """
    return highest(candidates, -margin(candidates.probabilities), n)
