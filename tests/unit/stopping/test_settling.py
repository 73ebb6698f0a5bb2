"""What successive models say of the same images, by hand and in general."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from cbal.pool import state as pools
from cbal.stopping import settling
from cbal.stopping.settling import (
    compare,
    measure_rounds,
    sample_of,
    uncertainty,
    write_predictions,
)

A = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.3, 0.7]], np.float32)
B = np.array([[0.8, 0.2], [0.3, 0.7], [0.1, 0.9], [0.1, 0.9]], np.float32)


def pool_of(n, *labeled, round=1):
    pool = pools.initial(np.arange(n))
    kind = pool.kind.copy()
    kind[list(labeled)] = pools.INDIVIDUAL
    return replace(pool, kind=kind, round=round, latest=1)


def test_two_models_by_hand():
    """Labels 0 0 1 1 and 0 1 1 1: one of four differs, and 2/4 x 1/4 + 2/4 x 3/4 agree by chance.

    The second model believes in its new label by 0.7 - 0.3.
    """
    measured = compare(A, B)
    assert measured == {
        "kappa": pytest.approx((0.75 - 0.5) / (1 - 0.5)),
        "changed": 0.25,
        "gain": pytest.approx(0.4 / 4),
    }


def test_one_class_alone_is_no_agreement():
    ones = np.array([[0.1, 0.9]] * 3, np.float32)
    assert compare(ones, ones) == {"kappa": None, "changed": 0, "gain": 0}


def test_a_later_model_may_know_more_classes():
    three = np.array([[0.8, 0.1, 0.1], [0.2, 0.2, 0.6], [0, 1, 0], [0, 1, 0]], np.float32)
    assert compare(A, three)["gain"] == pytest.approx((0.6 - 0.2) / 4)


def test_uncertainty_is_a_share_of_the_highest_entropy():
    assert uncertainty(np.full((3, 4), 0.25, np.float32)) == pytest.approx(1)
    assert uncertainty(np.eye(3, dtype=np.float32)) == 0
    assert uncertainty(np.ones((3, 1), np.float32)) is None


labels = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=30)


@given(labels, st.integers(0, 2**32))
def test_measures_in_general(pairs, seed):
    rng = np.random.default_rng(seed)
    old, new = np.array(pairs).T
    parts = []
    for label in (old, new):
        probability = rng.dirichlet(np.ones(3), len(label))
        probability[np.arange(len(label)), label] += 1
        parts.append((probability / 2).astype(np.float32))
    measured = compare(*parts)
    assert 0 <= measured["gain"] <= measured["changed"] <= 1
    if measured["kappa"] is None:
        assert len({*old, *new}) == 1
    else:
        assert measured["kappa"] == pytest.approx(cohen_kappa_score(old, new))


@given(labels, labels)
def test_no_truth_lets_the_accuracy_change_by_more_than_changed(pairs, truth):
    pairs = np.array(pairs)
    truth = np.resize([label for label, _ in truth], len(pairs))
    changed = compare(*(np.eye(3, dtype=np.float32)[pairs[:, i]] for i in (0, 1)))["changed"]
    accuracy = (pairs == truth[:, None]).mean(axis=0)
    assert abs(accuracy[1] - accuracy[0]) <= changed + 1e-9


# The sample


def test_the_sample_is_fixed_but_for_images_with_an_individual_label(monkeypatch):
    monkeypatch.setattr(settling, "IMAGES", 10)
    first = sample_of(pool_of(40, 39), "d", 0)
    assert 9 <= len(first) <= 10
    again = sample_of(pool_of(40, 39, first[0], first[3], round=5), "d", 0)
    assert again.tolist() == np.delete(first, [0, 3]).tolist()
    assert sample_of(pool_of(40, 39), "d", 1).tolist() != first.tolist()
    grown = sample_of(pool_of(44, 39), "d", 0)
    assert set(grown[grown < 40]) <= {*first}


@pytest.mark.parametrize("pool", [pool_of(9), replace(pool_of(9, 1), latest=0)])
def test_without_a_model_there_is_no_sample(pool):
    assert len(sample_of(pool, "d", 0)) == 0


# Files


def put(folder, round, sample_id, probability=None):
    path = folder / f"{round}.parquet"
    write_predictions(path, np.array(sample_id, np.int64), probability, round=round)
    return path


def test_rounds_are_compared_on_the_samples_of_both(tmp_path):
    files = [put(tmp_path, 2, [1, 2, 3], B[1:]), put(tmp_path, 1, [0, 1, 2, 3], A)]
    measured = measure_rounds(files)
    assert list(measured) == [1, 2]
    assert measured[1]["kappa"] is measured[1]["gain"] is None
    assert measured[2] == {**compare(A[1:], B[1:]), "uncertainty": uncertainty(B[1:])}


def test_rounds_that_asked_nothing_have_no_measures(tmp_path):
    files = [put(tmp_path, 1, [0, 1, 2, 3], A), put(tmp_path, 2, []), put(tmp_path, 3, [])]
    assert list(measure_rounds(files)) == [1]
