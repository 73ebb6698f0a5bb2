import dataclasses

import numpy as np
from skactiveml.pool import CoreSet

from cbal.strategies.base import Candidates
from cbal.strategies.coreset import select
from tests.unit.strategies.features import MISSING, pool_of, theirs


def test_centers_are_those_of_scikit_activeml():
    for labeled in (1, 10):
        pool = pool_of(labeled=labeled)
        chosen = select(pool, 60, np.random.default_rng(0))
        strategy = CoreSet(missing_label=MISSING, random_state=0)
        rows, distance = strategy.query(*theirs(pool), batch_size=60, return_utilities=True)
        assert chosen.sample_id.tolist() == rows.tolist()
        np.testing.assert_allclose(chosen.score, np.nanmax(distance, axis=1), rtol=1e-4)


def test_the_farthest_first_by_hand():
    x = np.array([[0], [1], [4], [9], [10]], np.float16)
    pool = Candidates(np.arange(5), features=x, labeled_features=np.array([[1]], np.float16))
    chosen = select(pool, 5, np.random.default_rng(0))
    assert chosen.sample_id.tolist() == [4, 2, 0, 3, 1]  # ties by sample: 0 and 3 are 1 away
    assert chosen.score.tolist() == [9, 3, 1, 1, 0]


def test_without_labels_the_first_is_drawn():
    pool = dataclasses.replace(pool_of(n=10), labeled_features=None)
    chosen = [select(pool, 5, np.random.default_rng(seed)) for seed in range(100)]
    assert {c.sample_id[0] for c in chosen} == set(range(10))
    for c in chosen[:5]:
        first = c.sample_id[0]
        started = dataclasses.replace(pool, labeled_features=pool.features[[first]])
        others = select(started, 4, np.random.default_rng(0))
        assert c.score[0] == np.inf
        assert c.sample_id[1:].tolist() == others.sample_id.tolist()
