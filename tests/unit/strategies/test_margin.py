import numpy as np
from skactiveml.pool import uncertainty_scores

from cbal.strategies.base import Candidates
from cbal.strategies.margin import margin, select


def test_scores_are_those_of_scikit_activeml():
    p = np.random.default_rng(0).dirichlet(np.ones(7), 200).astype(np.float32)
    theirs = uncertainty_scores(p.astype(np.float64), method="margin_sampling")
    np.testing.assert_allclose(1 - margin(p), theirs, atol=1e-6)


def test_the_smallest_margin_first_and_ties_by_sample():
    p = np.array([[0.7, 0.2, 0.1], [0.25, 0.5, 0.25], [0.4, 0.35, 0.25], [0.5, 0.25, 0.25]])
    pool = Candidates(np.array([3, 5, 6, 9]), probabilities=p.astype(np.float32))
    chosen = select(pool, 4, np.random.default_rng(0))
    assert chosen.sample_id.tolist() == [6, 5, 9, 3]
    np.testing.assert_allclose(chosen.score, [-0.05, -0.25, -0.25, -0.5], atol=1e-6)
