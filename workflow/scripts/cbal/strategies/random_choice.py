"""Random sampling: the baseline, and the replacement of uncertainty in round 1."""

import numpy as np

from cbal.strategies.base import Candidates, Selection, one_by_one


def select(candidates: Candidates, n: int, rng: np.random.Generator, threads: int = 1) -> Selection:
    """Draw n candidates without replacement; all of them if there are fewer.

    A smaller draw from the same generator consists of the first samples of a larger one.
    """
    chosen = rng.permutation(candidates.sample_id)[:n]
    return one_by_one(chosen, np.full(len(chosen), np.nan))
