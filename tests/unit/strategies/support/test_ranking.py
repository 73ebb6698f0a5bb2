import numpy as np

from cbal.strategies.support.ranking import rank_within


def test_ranks_count_within_each_cluster():
    cluster = np.array([2, 0, 2, 0, 2, 5])
    score = np.array([3, 1, 1, 0, 1, 9.0])
    assert rank_within(cluster, score).tolist() == [2, 1, 0, 0, 1, 0]
