import numpy as np

from cbal.strategies.base import Candidates
from cbal.strategies.variation_ratio import select


def test_the_highest_first_and_ties_by_sample():
    score = np.array([0.1, 0.4, 0, 0.4], np.float32)
    pool = Candidates(np.array([4, 5, 8, 9]), variation_ratio=score)
    chosen = select(pool, 3, np.random.default_rng(0))
    assert chosen.sample_id.tolist() == [5, 9, 4]
    np.testing.assert_array_equal(chosen.score, score[[1, 3, 0]])
