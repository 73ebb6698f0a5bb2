"""Random sampling: the baseline, and what replaces uncertainty before there is a model."""

import numpy as np

from cbal.strategies.base import Candidates, Selection, one_by_one


def select(candidates: Candidates, n: int, rng: np.random.Generator, threads: int = 1) -> Selection:
    """Draw n candidates without replacement; all of them where there are fewer.

    The first samples of a larger draw are the samples of a smaller one.
    """
    chosen = rng.permutation(candidates.sample_id)[:n]
    return one_by_one(chosen, np.full(len(chosen), np.nan))
