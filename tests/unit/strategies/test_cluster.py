import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs

from cbal.clustering.kmeans import kmeans
from cbal.strategies.base import Candidates
from cbal.strategies.cluster import select


def blobs(n=300, k=6):
    x, y = make_blobs(n, 8, centers=k, cluster_std=0.3, random_state=0)
    return x.astype(np.float32), y


def test_well_separated_blobs_are_found():
    x, y = blobs()
    nearest, distance = kmeans(x, 20, seed=0, iterations=40, threads=1)
    for cluster in np.unique(nearest):
        assert len(set(y[nearest == cluster])) == 1
    assert (distance >= 0).all()


def test_inertia_is_that_of_scikit_learn():
    x, _ = make_blobs(600, 8, centers=1, random_state=1)
    x = x.astype(np.float32)
    ours = kmeans(x, 12, seed=3, iterations=40, threads=1)[1].sum()
    theirs = [KMeans(12, init="random", n_init=1, random_state=s).fit(x).inertia_ for s in range(9)]
    assert min(theirs) * 0.97 < ours < max(theirs) * 1.03


def test_the_nearest_to_the_centroid_come_first():
    x, _ = blobs()
    pool = Candidates(np.arange(len(x)), features=x.astype(np.float16))
    chosen = select(pool, 10, np.random.default_rng(0))
    for cluster in np.unique(chosen.interaction):
        inside = chosen.interaction == cluster
        assert (np.diff(chosen.score[inside]) >= 0).all()
        centre = pool.features[chosen.sample_id[inside]].astype(np.float32).mean(0)
        far = pool.features[chosen.sample_id[inside]] - centre
        assert np.linalg.norm(far[0]) <= np.median(np.linalg.norm(far, axis=1)) + 1e-3


def test_twins_leave_clusters_empty_and_nothing_breaks():
    pool = Candidates(np.arange(20), features=np.repeat([[0.0, 0], [1, 1]], 10, axis=0))
    chosen = select(pool, 8, np.random.default_rng(0))
    assert sorted(chosen.sample_id.tolist()) == list(range(20))
    assert sorted(set(chosen.interaction)) == list(range(len(set(chosen.interaction))))
    for cluster in np.unique(chosen.interaction):
        assert len(set(chosen.sample_id[chosen.interaction == cluster] < 10)) == 1


def test_fewer_images_than_clusters_are_clusters_of_one():
    pool = Candidates(np.arange(4), features=np.eye(4))
    chosen = select(pool, 9, np.random.default_rng(0))
    assert np.bincount(chosen.interaction).tolist() == [1, 1, 1, 1]


def test_threads_change_nothing():
    x, _ = blobs(2000, 9)
    one, two = (kmeans(x, 30, seed=5, iterations=40, threads=t)[0] for t in (1, 2))
    assert (one == two).all()
