import numpy as np
from skactiveml.pool import batch_bald

from cbal.strategies.bald import select
from cbal.strategies.base import Candidates
from cbal.strategies.support.probabilities import entropy


def test_passes_that_are_sure_and_disagree_come_before_passes_that_doubt_together():
    passes = np.array(
        [
            [[1, 0], [0.5, 0.5], [0.9, 0.1]],  # probabilities of a pass for each of three samples
            [[0, 1], [0.5, 0.5], [0.7, 0.3]],
        ],
        np.float32,
    )
    pool = Candidates(
        np.array([2, 3, 5]),
        probabilities=passes.mean(axis=0),
        expected_entropy=np.mean([entropy(p) for p in passes], axis=0),
    )
    chosen = select(pool, 3, np.random.default_rng(0))
    assert chosen.sample_id.tolist() == [2, 5, 3]
    # By hand: log 2 less nothing; H(0.8) - (H(0.9) + H(0.7)) / 2; log 2 less log 2.
    np.testing.assert_allclose(chosen.score, [0.693147, 0.032428, 0], atol=1e-5)


def test_scores_are_those_of_scikit_activeml():
    passes = np.random.default_rng(0).dirichlet(np.ones(4), (6, 50))
    pool = Candidates(
        np.arange(50),
        probabilities=passes.mean(axis=0).astype(np.float32),
        expected_entropy=np.mean([entropy(p) for p in passes], axis=0),
    )
    chosen = select(pool, 50, np.random.default_rng(0))
    theirs = batch_bald(passes, 1)[0]
    np.testing.assert_allclose(chosen.score, theirs[chosen.sample_id], atol=1e-5)
