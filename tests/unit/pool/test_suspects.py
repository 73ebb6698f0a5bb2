from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbal.learning.out_of_fold import out_of_fold
from cbal.pool import state as pools
from cbal.pool.state import CLUSTER, INDIVIDUAL, NONE, PSEUDO
from cbal.pool.suspects import SUSPECTS, suspects_of


def rng():
    return np.random.default_rng(0)


def labeled(kinds, labels, interactions):
    """Return a pool of samples 10, 11, ... with these labels."""
    kind = np.array(kinds, np.int8)
    return replace(
        pools.initial(10 + np.arange(len(kind))),
        kind=kind,
        label=np.array(labels, np.int16),
        interaction=np.array(interactions, np.int32),
        round=1,
    )


@pytest.fixture
def two_classes():
    """Two classes, each of two clusters of three and an image; image 12 is of the other class."""
    pool = labeled(
        [*[CLUSTER] * 12, INDIVIDUAL, INDIVIDUAL, NONE, PSEUDO],
        [0] * 6 + [1] * 6 + [0, 1, -1, 0],
        [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 5, -1, -1],
    )
    x = np.array([-1, -1, 1, -1, -1, -1, 1, 1, 1, 1, 1, 1, -1, 1], np.float32)
    return pool, (x + rng().normal(0, 0.05, 14)).astype(np.float32)[:, None]


def test_the_wrong_label_comes_first(two_classes):
    table = suspects_of(*two_classes, 1.0, rng())
    assert table.schema == SUSPECTS
    assert sorted(table["sample_id"].to_pylist()) == list(range(10, 24))
    first = table.to_pylist()[0]
    assert (first["sample_id"], first["label"], first["predicted"]) == (12, 0, 1)
    assert (first["label_kind"], first["interaction"]) == ("cluster", 0)
    assert first["confidence"] < 0.5 < first["predicted_confidence"]
    assert table["label_kind"].to_pylist().count("individual") == 2


def test_confidence_is_that_of_the_head_that_did_not_learn_from_the_answer(two_classes):
    pool, x = two_classes
    table = suspects_of(pool, x, 1.0, rng())
    expected = out_of_fold(x, pool.label[:14], pool.interaction[:14], 2, 1.0, 5, rng())
    rows = table["sample_id"].to_numpy() - 10
    confidence = expected[rows, pool.label[rows]]
    np.testing.assert_array_equal(table["confidence"].to_numpy(), confidence)
    assert (np.diff(confidence) >= 0).all()
    np.testing.assert_allclose(table["doubt"].to_numpy(), -np.log(confidence), rtol=1e-6)


def test_verified_labels_and_those_of_a_class_of_one_answer_are_not_listed(two_classes):
    pool, x = two_classes
    pool.label[12] = 2  # an image whose class has no other
    verified = np.zeros(16, bool)
    verified[2] = True
    table = suspects_of(replace(pool, verified=verified), x, 1.0, rng())
    assert set(range(10, 24)) - set(table["sample_id"].to_pylist()) == {12, 22}


@pytest.mark.parametrize("kinds", [[NONE, NONE], [CLUSTER, CLUSTER], [PSEUDO, INDIVIDUAL]])
def test_where_nothing_can_be_judged_there_are_no_rows(kinds):
    label = np.where(np.array(kinds) == NONE, -1, 0)
    pool = labeled(kinds, label, [0, 0])
    n = np.isin(kinds, [INDIVIDUAL, CLUSTER]).sum()
    assert suspects_of(pool, np.zeros((n, 1), np.float32), 1.0, rng()).equals(
        SUSPECTS.empty_table()
    )


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=12))
def test_suspects_have_labels_of_the_annotator(made):
    kinds = [(NONE, INDIVIDUAL, CLUSTER)[kind] for kind, _ in made]
    labels = [label if kind else -1 for kind, label in made]
    pool = labeled(kinds, labels, [n if kind else -1 for n, (kind, _) in enumerate(made)])
    n = sum(kind != NONE for kind in kinds)
    table = suspects_of(pool, rng().normal(size=(n, 2)).astype(np.float32), 1.0, rng())
    rows = table["sample_id"].to_numpy() - 10
    assert len(set(rows)) == len(rows)
    assert (pool.kind[rows] != NONE).all()
    assert table["label"].to_pylist() == pool.label[rows].tolist()


def test_labels_of_no_question_are_answers_of_their_own():
    """Corrections and imported labels say of each other what their class looks like."""
    pool = labeled([INDIVIDUAL] * 6, [0, 0, 0, 1, 1, 1], [-1] * 6)
    x = np.array([-1, -1, 1, 1, 1, 1], np.float32)[:, None]
    assert suspects_of(pool, x, 1.0, rng())["sample_id"].to_pylist()[0] == 12
