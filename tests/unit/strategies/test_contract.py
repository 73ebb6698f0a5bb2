"""What holds for every strategy of the registry."""

import numpy as np
import pytest

from cbal.errors import InputError
from cbal.querying import load_strategy
from cbal.registry import STRATEGIES
from cbal.strategies.base import Candidates

every = pytest.mark.parametrize("name", sorted(STRATEGIES))


def candidates(n=60, d=5, classes=4, seed=0):
    rng = np.random.default_rng(seed)
    return Candidates(
        sample_id=np.sort(rng.choice(1000, n, replace=False)),
        features=rng.normal(size=(n, d)).astype(np.float16),
        probabilities=rng.dirichlet(np.ones(classes), n).astype(np.float32),
    )


def select(name, pool, n, seed=0):
    return load_strategy(STRATEGIES[name].address)(pool, n, np.random.default_rng(seed))


@every
@pytest.mark.parametrize("n", [0, 1, 7, 60, 100])
def test_distinct_candidates_in_dense_interactions(name, n):
    pool = candidates()
    chosen = select(name, pool, n)
    assert len(set(chosen.sample_id)) == len(chosen.sample_id)
    assert set(chosen.sample_id) <= set(pool.sample_id)
    assert sorted(set(chosen.interaction)) == list(range(len(set(chosen.interaction))))
    if STRATEGIES[name].kind == "individual":
        assert len(chosen.sample_id) == min(n, 60)
        assert chosen.interaction.tolist() == list(range(min(n, 60)))
    elif n:
        assert set(chosen.sample_id) == set(pool.sample_id)
        assert len(set(chosen.interaction)) <= n


@every
def test_same_seed_same_answer(name):
    a, b = (select(name, candidates(), 9, seed=3) for _ in range(2))
    for field in ("interaction", "sample_id", "score"):
        assert np.array_equal(getattr(a, field), getattr(b, field), equal_nan=True)


@every
def test_numbers_that_are_none_are_refused_by_name(name):
    pool = candidates()
    pool.features[3] = np.nan
    pool.probabilities[3] = np.nan
    if not STRATEGIES[name].needs:
        return
    with pytest.raises(InputError, match=f"sample {pool.sample_id[3]} are not numbers"):
        select(name, pool, 5)
