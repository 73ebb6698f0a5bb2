import dataclasses

import numpy as np
import pytest
from skactiveml.pool import ProbCover

from cbal.clustering.kmeans import kmeans
from cbal.strategies.base import Candidates
from cbal.strategies.probcover import pure_radius, select
from tests.unit.strategies.features import MISSING, of_unit_length, pool_of, theirs


@pytest.mark.filterwarnings("ignore:The maximum purity")  # they do not search the radius here
def test_gains_are_those_of_scikit_activeml():
    pool = of_unit_length(pool_of(n=300))
    chosen = select(pool, 25, np.random.default_rng(0), delta=0.4)
    # They take any sample of equal cover, so the samples that we choose get labels there, too.
    x, y = theirs(pool)
    for count, sample in enumerate(chosen.sample_id):
        strategy = ProbCover(n_classes=3, deltas=[0.4], missing_label=MISSING, random_state=0)
        counts = strategy.query(x, y, batch_size=1, return_utilities=True)[1][0]
        assert counts[sample] == np.nanmax(counts)
        np.testing.assert_allclose(chosen.score[count] * 300, counts[sample], atol=1e-3)
        y[sample] = 0


def test_balls_by_hand():
    angles = np.array([0, 0.1, 0.2, 1, 1.1, 2])
    x = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float16)
    pool = Candidates(np.arange(6), features=x)
    chosen = select(pool, 4, np.random.default_rng(0), delta=0.15)
    first, pair, alone, rest = chosen.sample_id.tolist()
    assert (first, alone) == (1, 5)
    assert pair in (3, 4)
    assert rest in {0, 2, 3, 4} - {pair}
    np.testing.assert_allclose(chosen.score, [3 / 6, 2 / 6, 1 / 6, 0])
    labeled = dataclasses.replace(pool, labeled_features=x[[1]])
    chosen = select(labeled, 2, np.random.default_rng(0), delta=0.15)
    assert chosen.sample_id.tolist() in ([3, 5], [4, 5])


def test_samples_of_equal_cover_are_drawn_from_the_whole_pool():
    x = np.eye(100, dtype=np.float16)  # each ball holds its own sample alone
    chosen = [
        select(Candidates(np.arange(100), features=x), 10, np.random.default_rng(seed), delta=0.1)
        for seed in range(20)
    ]
    drawn = np.concatenate([each.sample_id for each in chosen])
    # Of 200 uniform draws the mean is 49.5, with a standard deviation of 2.
    assert abs(drawn.mean() - 49.5) < 10
    assert len(set(drawn.tolist())) > 60


def test_the_radius_is_the_largest_with_which_95_percent_are_pure():
    pool = of_unit_length(pool_of(n=400))
    radius = pure_radius(pool.features, 5, np.random.default_rng(2), 1)
    x = pool.features.astype(np.float32)
    seed = int(np.random.default_rng(2).integers(2**31))
    cluster = kmeans(x, 5, seed)[0]
    distance = np.linalg.norm(x[:, None] - x[None], axis=2)
    other = cluster[:, None] != cluster

    def purity(delta):
        return 1 - ((distance <= delta) & other).any(axis=1).mean()

    assert purity(radius * 0.999) >= 0.95 > purity(radius * 1.001)
