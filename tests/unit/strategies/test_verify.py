import numpy as np

from cbal.strategies.base import Candidates
from cbal.strategies.verify import select


def test_the_most_doubtful_labels_first_and_ties_by_sample():
    doubt = np.array([0.25, 0.75, 0.25, 0.5], np.float32)
    chosen = select(Candidates(np.array([2, 4, 5, 9]), doubt=doubt), 3, np.random.default_rng(0))
    assert chosen.sample_id.tolist() == [4, 9, 2]
    assert chosen.score.tolist() == [0.75, 0.5, 0.25]
