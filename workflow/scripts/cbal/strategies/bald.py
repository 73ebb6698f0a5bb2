"""BALD: disagreement of several passes (Houlsby et al. 2011; Gal, Islam and Ghahramani 2017)."""

import numpy as np

from cbal.strategies.base import Candidates, Selection
from cbal.strategies.support.probabilities import entropy
from cbal.strategies.support.ranking import highest


def select(candidates: Candidates, n: int, rng: np.random.Generator, threads: int = 1) -> Selection:
    """Take the n candidates of highest mutual information, the highest first.

    The mutual information of the label and the model's weights is the entropy of the mean
    probabilities over passes, minus the mean entropy of a pass, in nats.

    Raises:
        InputError: a probability is not a finite number.
    """
    score = entropy(candidates.probabilities) - candidates.expected_entropy
    return highest(candidates, score, n)
