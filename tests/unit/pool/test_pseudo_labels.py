from dataclasses import replace

import numpy as np
import pytest

from cbal.pool import state as pools
from cbal.pool.pseudo_labels import with_pseudo_labels
from cbal.pool.state import CLUSTER, INDIVIDUAL, NONE, PSEUDO
from tests.unit.tables import features_file

# Entropies of 0, 0.06, 0.33 and 0.69 nats.
PROBABILITY = [[1, 0], [0.01, 0.99], [0.9, 0.1], [0.5, 0.5], [1, 0], [0, 1]]


@pytest.fixture
def file(tmp_path):
    return features_file(tmp_path / "f.parquet", np.arange(6), np.zeros((6, 2)), PROBABILITY)


@pytest.fixture
def pool():
    """Round 2, in which samples 4 and 5 have labels; the model disagrees with one of them."""
    pool = pools.begin_round(pools.initial(np.arange(6)), 2, "reask")
    return replace(
        pool,
        label=np.array([-1, -1, -1, -1, 1, 1], np.int16),
        kind=np.array([NONE] * 4 + [INDIVIDUAL, CLUSTER], np.int8),
        labeled_round=np.array([-1, -1, -1, -1, 1, 2], np.int16),
        interaction=np.array([-1, -1, -1, -1, 0, 1], np.int32),
        individual=1,
        cluster=1,
        latest=1,
    )


def test_the_surest_get_the_model_s_label_and_no_interaction(pool, file):
    after = with_pseudo_labels(pool, file, 0.1, 0)
    assert after.label.tolist() == [0, 1, -1, -1, 1, 1]
    assert after.kind.tolist() == [PSEUDO, PSEUDO, NONE, NONE, INDIVIDUAL, CLUSTER]
    assert after.labeled_round.tolist() == [2, 2, -1, -1, 1, 2]
    assert after.interaction.tolist() == [-1, -1, -1, -1, 0, 1]
    counts = [(p.individual, p.cluster, p.latest) for p in (pool, after)]
    assert counts[0] == counts[1]
    assert after.unlabeled.tolist() == pool.unlabeled.tolist()  # candidates for everything


# Thresholds of 0.395, 0.27, 0.02 and -0.105.
@pytest.mark.parametrize(("round", "labeled"), [(2, 3), (3, 2), (5, 1), (6, 0)])
def test_the_threshold_falls_with_each_round(pool, file, round, labeled):
    after = with_pseudo_labels(replace(pool, round=round), file, 0.52, 0.125)
    assert (after.kind == PSEUDO).sum() == labeled


def test_they_are_dropped_at_the_start_of_the_next_round(pool, file):
    for how in ("reask", "keep"):
        after = pools.begin_round(with_pseudo_labels(pool, file, 0.1, 0), 3, how)
        plain = pools.begin_round(pool, 3, how)
        for name in ("label", "kind", "labeled_round", "interaction"):
            assert getattr(after, name).tolist() == getattr(plain, name).tolist()


def test_a_pool_with_them_comes_back_from_its_table(pool, file):
    after = with_pseudo_labels(pool, file, 0.1, 0)
    table, metadata = pools.to_table(after)
    assert table["label_kind"].to_pylist()[:3] == ["pseudo", "pseudo", None]
    assert table["interaction"].to_pylist() == [None] * 4 + [0, 1]
    back = pools.from_table(table, {**metadata, "round": 2})
    for name in ("label", "kind", "labeled_round", "interaction"):
        assert getattr(back, name).tolist() == getattr(after, name).tolist()


def test_a_pool_without_a_sample_to_label_stays_as_it_is(pool, file):
    full = replace(pool, kind=np.full(6, CLUSTER, np.int8))
    assert with_pseudo_labels(full, file, 0.1, 0) is full
