import numpy as np
from sklearn.datasets import make_blobs

from cbal.clustering.kmeans import kmeans
from cbal.strategies.base import Candidates
from cbal.strategies.centroid import select


def test_one_of_each_cluster_the_nearest_to_its_centroid():
    x, _ = make_blobs(400, 8, centers=9, random_state=0)
    pool = Candidates(np.arange(400), features=x.astype(np.float16))
    chosen = select(pool, 12, np.random.default_rng(3))
    seed = int(np.random.default_rng(3).integers(2**31))
    cluster, distance = kmeans(pool.features, 12, seed)
    assert sorted(cluster[chosen.sample_id]) == list(range(12))
    for sample, score in zip(chosen.sample_id, chosen.score):
        assert score == distance[cluster == cluster[sample]].min()
    sizes = np.bincount(cluster)[cluster[chosen.sample_id]]
    assert (np.diff(sizes) <= 0).all()


def test_twins_leave_clusters_empty_and_the_next_nearest_follow():
    pool = Candidates(np.arange(20), features=np.repeat([[0.0, 0], [1, 1]], [15, 5], axis=0))
    chosen = select(pool, 8, np.random.default_rng(0)).sample_id
    assert len(set(chosen)) == 8
    assert sorted(chosen[:2] < 15) == [False, True]
