"""What several passes disagree on (BALD: Houlsby et al. 2011; Gal, Islam and Ghahramani 2017)."""

import numpy as np

from cbal.strategies.base import Candidates, Selection
from cbal.strategies.support.probabilities import entropy
from cbal.strategies.support.ranking import highest


def select(candidates: Candidates, n: int, rng: np.random.Generator, threads: int = 1) -> Selection:
    """Take the n candidates of highest mutual information, the highest first.

    The mutual information of the label and the model's weights is the entropy of the mean
    over passes less the mean of their entropies, in nats.

    Raises:
        InputError: a probability is not a number.
    """
    score = entropy(candidates.probabilities) - candidates.expected_entropy
    return highest(candidates, score, n)
