"""Passes that vote against the majority (Freeman 1965; Gal, Islam and Ghahramani 2017)."""

import numpy as np

from cbal.strategies.base import Candidates, Selection
from cbal.strategies.support.ranking import highest


def select(candidates: Candidates, n: int, rng: np.random.Generator, threads: int = 1) -> Selection:
    """Take the n candidates of highest variation ratio over passes, the highest first.

    Raises:
        InputError: a probability is not a finite number.
    """
    return highest(candidates, candidates.variation_ratio, n)
