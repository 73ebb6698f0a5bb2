import numpy as np
from skactiveml.pool import uncertainty_scores

from cbal.strategies.base import Candidates
from cbal.strategies.entropy import entropy, select


def test_entropy_by_hand():
    p = np.array([[1, 0], [0.5, 0.5], [0.9, 0.1]], np.float32)
    expected = [0, np.log(2), -(0.9 * np.log(0.9) + 0.1 * np.log(0.1))]
    np.testing.assert_allclose(entropy(p), expected, atol=1e-6)


def test_scores_are_those_of_scikit_activeml():
    p = np.random.default_rng(0).dirichlet(np.ones(7), 200).astype(np.float32)
    theirs = uncertainty_scores(p.astype(np.float64), method="entropy")
    np.testing.assert_allclose(entropy(p), theirs, atol=1e-5)


def test_the_most_uncertain_first_and_ties_by_sample():
    p = np.array([[0.9, 0.1], [0.5, 0.5], [0.6, 0.4], [0.5, 0.5]], np.float32)
    pool = Candidates(np.array([4, 5, 8, 9]), probabilities=p)
    chosen = select(pool, 3, np.random.default_rng(0))
    assert chosen.sample_id.tolist() == [5, 9, 8]
    assert (np.diff(chosen.score) <= 0).all()
