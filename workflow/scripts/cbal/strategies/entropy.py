"""Maximum entropy of the softmax (Wang et al. 2017), the paper's uncertainty."""

import numpy as np

from cbal.strategies.base import Candidates, Selection
from cbal.strategies.ranking import highest


def entropy(probabilities: np.ndarray) -> np.ndarray:
    """Return the entropy of each row in nats.

    Args:
        probabilities: float32[n, classes], rows that sum to 1.

    Returns:
        float32[n], between 0 and log(classes).
    """
    p = probabilities.astype(np.float64)
    return -np.sum(p * np.log(np.where(p > 0, p, 1)), axis=1).astype(np.float32)


def select(candidates: Candidates, n: int, rng: np.random.Generator, threads: int = 1) -> Selection:
    """Take the n candidates of highest entropy, the most uncertain first.

    Ties break by `sample_id`.

    Raises:
        InputError: a probability is not a number.
    """
    return highest(candidates, entropy(candidates.probabilities), n)
