import numpy as np
from skactiveml.pool import uncertainty_scores

from cbal.strategies.base import Candidates
from cbal.strategies.least_confidence import select, uncertainty


def test_scores_are_those_of_scikit_activeml():
    p = np.random.default_rng(0).dirichlet(np.ones(7), 200).astype(np.float32)
    theirs = uncertainty_scores(p.astype(np.float64), method="least_confident")
    np.testing.assert_allclose(uncertainty(p), theirs, atol=1e-6)


def test_the_least_confident_first():
    p = np.array([[0.9, 0.1], [0.55, 0.45], [0.3, 0.7]], np.float32)
    chosen = select(Candidates(np.array([1, 4, 7]), probabilities=p), 2, np.random.default_rng(0))
    assert chosen.sample_id.tolist() == [4, 7]
    np.testing.assert_allclose(chosen.score, [0.45, 0.3], atol=1e-6)
