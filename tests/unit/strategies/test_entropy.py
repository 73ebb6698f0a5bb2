import numpy as np

from cbal.strategies.base import Candidates
from cbal.strategies.entropy import entropy, select


def test_entropy_by_hand():
    p = np.array([[1, 0], [0.5, 0.5], [0.9, 0.1]], np.float32)
    expected = [0, np.log(2), -(0.9 * np.log(0.9) + 0.1 * np.log(0.1))]
    np.testing.assert_allclose(entropy(p), expected, atol=1e-6)


def test_the_most_uncertain_first_and_ties_by_sample():
    p = np.array([[0.9, 0.1], [0.5, 0.5], [0.6, 0.4], [0.5, 0.5]], np.float32)
    pool = Candidates(np.array([4, 5, 8, 9]), probabilities=p)
    chosen = select(pool, 3, np.random.default_rng(0))
    assert chosen.sample_id.tolist() == [5, 9, 8]
    assert (np.diff(chosen.score) <= 0).all()
