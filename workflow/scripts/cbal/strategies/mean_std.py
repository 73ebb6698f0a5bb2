"""Spread of the probabilities over passes (Kampffmeyer et al. 2016; Gal et al. 2017)."""

import numpy as np

from cbal.strategies.base import Candidates, Selection
from cbal.strategies.support.ranking import highest


def select(candidates: Candidates, n: int, rng: np.random.Generator, threads: int = 1) -> Selection:
    """Take the n candidates of highest mean standard deviation over passes, the highest first.

    Raises:
        InputError: a probability is not a finite number.
    """
    return highest(candidates, candidates.mean_std, n)
