import numpy as np

from cbal.strategies.base import Candidates
from cbal.strategies.random_choice import select


def test_a_smaller_draw_is_the_start_of_a_larger_one():
    pool = Candidates(np.arange(100))
    small, large = (select(pool, n, np.random.default_rng(7)).sample_id for n in (10, 30))
    assert small.tolist() == large[:10].tolist()


def test_every_sample_is_as_likely():
    pool = Candidates(np.arange(10))
    rng = np.random.default_rng(0)
    counts = np.zeros(10)
    for _ in range(4000):
        counts[select(pool, 3, rng).sample_id] += 1
    # Binomial(4000, 0.3): six standard deviations are 174.
    assert np.abs(counts - 1200).max() < 174
