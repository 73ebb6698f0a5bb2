import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs

from cbal.clustering.kmeans import kmeans
from cbal.errors import InputError
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


def striped(space, **known):
    """Two classes of one place and much noise, which what is known tells apart."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 100)
    x = rng.normal(size=(200, 6)) * [0.3, 5, 5, 5, 5, 5]
    x[:, 0] += 2 * y
    x = x.astype(np.float32)
    fields = {name: value(x, y) for name, value in known.items()}
    pool = Candidates(np.arange(200), features=x, **fields)
    chosen = select(pool, 2, np.random.default_rng(0), space=space, space_share=0.9)
    share = y[chosen.sample_id[chosen.interaction == 0]].mean()
    return max(share, 1 - share), chosen


LABELED = {"labeled_features": lambda x, y: x[::4], "labels": lambda x, y: y[::4].astype(np.int16)}
SURE = {"probabilities": lambda x, y: np.where(np.eye(2)[y], 0.9, 0.1).astype(np.float32)}


@pytest.mark.parametrize(("space", "known"), [("probabilities", SURE), ("discriminant", LABELED)])
def test_a_space_that_knows_labels_gives_purer_clusters(space, known):
    assert striped("features")[0] < 0.7
    assert striped(space, **known)[0] > 0.95


@pytest.mark.parametrize("space", ["probabilities", "discriminant"])
def test_where_nothing_is_known_the_features_are_clustered_as_before(space):
    one = LABELED | {"labels": lambda x, y: np.zeros(50, np.int16)}
    plain = striped("features")[1]
    for known in ({}, one):
        chosen = striped(space, **known)[1]
        for name in ("interaction", "sample_id", "score"):
            assert getattr(chosen, name).tobytes() == getattr(plain, name).tobytes()


def test_a_share_above_one_is_told():
    pool = Candidates(np.arange(4), features=np.eye(4))
    with pytest.raises(InputError, match=r"^setting space_share: 1.5 is above 1; correct it"):
        select(pool, 2, np.random.default_rng(0), space_share=1.5)
