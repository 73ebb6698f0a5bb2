"""Maximum entropy of the softmax (Wang et al. 2017): the paper's measure of uncertainty."""

import numpy as np

from cbal.strategies.base import Candidates, Selection
from cbal.strategies.support.probabilities import entropy
from cbal.strategies.support.ranking import highest


def select(candidates: Candidates, n: int, rng: np.random.Generator, threads: int = 1) -> Selection:
    """Take the n candidates of highest entropy, the most uncertain first.

    Ties break by `sample_id`.

    Raises:
        InputError: a probability is not a finite number.
    """
    return highest(candidates, entropy(candidates.probabilities), n)
