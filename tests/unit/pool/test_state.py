import numpy as np
import pyarrow as pa
import pytest

from cbal.pool import state as pools
from cbal.pool.state import CLUSTER, INDIVIDUAL, NONE


def step(pool, interactions, labels, kind, again=False, verifies=False):
    """Apply a step: lists of samples, and the label of each interaction (None: refused)."""
    query = pa.table(
        {
            "interaction": np.repeat(
                np.arange(len(interactions)), np.array([len(i) for i in interactions], int)
            ).astype(np.int32),
            "sample_id": pa.array([s for i in interactions for s in i], pa.int64()),
        }
    )
    annotations = pa.table(
        {
            "interaction": pa.array(range(len(labels)), pa.int32()),
            "kind": pa.array([kind] * len(labels), pa.string()),
            "label": pa.array(labels, pa.int16()),
            "accepted": pa.array([label is not None for label in labels], pa.bool_()),
        }
    )
    return pools.apply_annotations(pool, query, annotations, again, verifies)


@pytest.fixture
def pool():
    return pools.begin_round(pools.initial(np.arange(6)), 1, "reask")


def test_labels_kinds_rounds_and_interactions(pool):
    pool = step(pool, [[0, 1], [2, 3]], [1, None], "cluster")
    pool = step(pool, [[1], [5]], [0, 1], "individual")
    assert pool.label.tolist() == [1, 0, -1, -1, -1, 1]
    assert pool.kind.tolist() == [CLUSTER, INDIVIDUAL, NONE, NONE, NONE, INDIVIDUAL]
    assert pool.labeled_round.tolist() == [1, 1, -1, -1, -1, 1]
    assert pool.interaction.tolist() == [0, 2, -1, -1, -1, 3]
    assert (pool.individual, pool.cluster, pool.latest) == (2, 2, 4)  # a refusal counts


def test_reask_drops_cluster_labels_and_keep_does_not(pool):
    pool = step(pool, [[0, 1]], [1], "cluster")
    pool = step(pool, [[5]], [0], "individual")
    again = pools.begin_round(pool, 2, "reask")
    assert again.label.tolist() == [-1, -1, -1, -1, -1, 0]
    assert again.interaction.tolist() == [-1, -1, -1, -1, -1, 1]
    kept = pools.begin_round(pool, 2, "keep")
    assert kept.label.tolist() == [1, 1, -1, -1, -1, 0]
    assert (again.interactions, again.latest) == (2, 0)


def test_an_individual_label_is_never_asked_again(pool):
    pool = step(pool, [[5]], [0], "individual")
    with pytest.raises(ValueError, match="individual label was queried again"):
        step(pool, [[4, 5]], [1], "cluster")
    corrected = step(pool, [[4, 5]], [1], "cluster", again=True)  # it came by a correction
    assert corrected.label.tolist() == [-1, -1, -1, -1, 1, 0]
    assert corrected.kind[5] == INDIVIDUAL


def test_a_round_without_interactions_ends_the_run(pool):
    assert step(pool, [], [], "individual").ended
    assert not step(pool, [[0]], [None], "cluster").ended
    assert not pools.initial(np.arange(3)).ended


def test_a_pool_comes_back_from_its_table(pool):
    pool = step(pool, [[0, 1], [2]], [1, None], "cluster")
    table, metadata = pools.to_table(pool)
    back = pools.from_table(table, {**metadata, "round": 1})
    for name in ("sample_id", "label", "kind", "labeled_round", "interaction"):
        assert getattr(back, name).tolist() == getattr(pool, name).tolist()
    assert (back.cluster, back.latest, back.round) == (2, 2, 1)
    assert table["label"].to_pylist() == [1, 1, None, None, None, None]
    assert table["label_kind"].to_pylist() == ["cluster", "cluster", None, None, None, None]


def test_samples_that_come_have_no_label_and_those_that_are_there_stay(pool):
    pool = step(pool, [[0, 1]], [1], "cluster")
    more = pools.admit(pool, np.array([9, 0, 1, 2, 3, 4, 5, 7]))
    assert more.sample_id.tolist() == [0, 1, 2, 3, 4, 5, 7, 9]
    assert more.label.tolist() == [1, 1, -1, -1, -1, -1, -1, -1]
    assert more.interaction.tolist() == [0, 0, -1, -1, -1, -1, -1, -1]
    assert (more.round, more.cluster, more.label.dtype) == (1, 1, np.int16)
    same = pools.admit(pool, pool.sample_id)
    assert pools.to_table(same)[0].equals(pools.to_table(pool)[0])


def test_a_verified_label_replaces_any_other_and_is_known_as_verified(pool):
    pool = step(pool, [[0, 1, 2]], [1], "cluster")
    pool = step(pool, [[3], [4]], [0, 0], "individual")
    after = step(pool, [[1], [2], [3]], [0, None, 1], "individual", verifies=True)
    assert after.label.tolist() == [1, 0, 1, 1, 0, -1]
    assert after.kind.tolist() == [CLUSTER, INDIVIDUAL, CLUSTER, INDIVIDUAL, INDIVIDUAL, NONE]
    assert after.verified.tolist() == [False, True, False, True, False, False]
    assert after.interaction.tolist() == [0, 3, 0, 5, 2, -1]
    assert (after.individual, after.cluster) == (5, 1)
    table, metadata = pools.to_table(after)
    again = pools.from_table(table, {**metadata, "round": 1})
    assert again.verified.tolist() == after.verified.tolist()
    admitted = pools.admit(after, np.arange(-1, 7))
    assert admitted.sample_id[admitted.verified].tolist() == [1, 3]


def test_a_pool_without_a_verified_label_has_no_column_for_it(pool):
    pool = step(pool, [[0, 1]], [1], "cluster")
    pool = step(pool, [[0]], [None], "individual", verifies=True)
    table, metadata = pools.to_table(pool)
    assert table.column_names == list(pools.POOL_COLUMNS)
    assert pools.from_table(table, {**metadata, "round": 1}).verified is None
