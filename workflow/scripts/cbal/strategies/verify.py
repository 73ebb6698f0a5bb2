"""Labels that are probably wrong, asked for again one by one."""

import numpy as np

from cbal.strategies.base import Candidates, Selection
from cbal.strategies.support.ranking import highest


def select(candidates: Candidates, n: int, rng: np.random.Generator, threads: int = 1) -> Selection:
    """Take the n candidates whose labels are most doubtful, the most doubtful first.

    Raises:
        InputError: a doubt is not a finite number.
    """
    return highest(candidates, candidates.doubt, n, "doubts")
