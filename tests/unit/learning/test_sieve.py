import numpy as np
import pytest

from cbal.learning.out_of_fold import out_of_fold
from cbal.learning.sieve import contradicted, nearest


def test_the_nearest_members_of_each_cluster_stay():
    x = np.array([[0], [1], [10], [1], [5], [5]], np.float16)
    cluster = np.array([3, 3, 3, 7, 7, 7])  # means of 3.67 and 3.67
    assert nearest(x, cluster, 0.6).tolist() == [True, True, False, False, True, True]
    assert nearest(x, cluster, 0.3).tolist() == [False, True, False, False, True, False]
    assert nearest(x, cluster, 1).all()
    assert nearest(x[:0], cluster[:0], 0.5).tolist() == []


def test_a_share_is_rounded_up_and_a_cluster_never_vanishes():
    rng = np.random.default_rng(0)
    cluster = rng.integers(0, 9, 200)
    kept = nearest(rng.normal(size=(200, 4)), cluster, 0.7)
    size, left = np.bincount(cluster), np.bincount(cluster[kept], minlength=9)
    assert (left == np.ceil(np.round(0.7 * size, 9))).all()
    assert nearest(np.zeros((1, 4)), np.array([5]), 0.01).tolist() == [True]


def test_confident_learning_by_hand():
    probability = np.array(
        [[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.1, 0.9], [0.3, 0.7], [0.8, 0.2]], np.float32
    )
    label = np.array([0, 0, 0, 1, 1, 1])
    # Means of the own class: 0.6 and 0.6. Row 2 is claimed by class 1, row 5 by class 0.
    assert contradicted(probability, label).tolist() == [False, False, True, False, False, True]


def test_a_row_that_no_class_claims_is_believed():
    probability = np.array([[0.9, 0.1], [0.45, 0.55], [0.1, 0.9]], np.float32)
    # Thresholds of 0.675 and 0.9: nobody claims the second row.
    assert not contradicted(probability, np.array([0, 0, 1])).any()


def test_where_nothing_is_known_nothing_is_contradicted():
    alike = np.full((4, 3), 1 / 3, np.float32)
    assert not contradicted(alike, np.array([0, 1, 1, 0])).any()


def test_no_group_is_learned_from_by_the_head_that_judges_it():
    """A cluster with a wrong label, apart from all others: only its own members confirm it."""
    rng = np.random.default_rng(0)
    centres = np.array([[0, 0], [9, 0], [0, 9], [9, 9]])
    x = np.repeat(centres, 20, axis=0) + rng.normal(size=(80, 2))
    label, groups = np.repeat([0, 1, 0, 0], 20), np.repeat([0, 1, 2, 3], 20)
    by_group = out_of_fold(x, label, groups, 2, 0.1, 4, np.random.default_rng(1))
    by_row = out_of_fold(x, label, np.arange(80), 2, 0.1, 4, np.random.default_rng(1))
    assert by_group[20:40, 1].mean() < 0.1  # the head has not seen class 1 at all
    assert by_row[20:40, 1].mean() > 0.8


@pytest.mark.parametrize("folds", [2, 5, 99])
def test_every_row_gets_its_probabilities_and_the_same_again(folds):
    rng = np.random.default_rng(0)
    x, label = rng.normal(size=(40, 3)).astype(np.float16), rng.integers(0, 3, 40)
    groups = np.arange(40) // 4
    one, two = (
        out_of_fold(x, label, groups, 4, 1.0, folds, np.random.default_rng(3)) for _ in "ab"
    )
    np.testing.assert_allclose(one.sum(axis=1), 1, rtol=1e-5)
    assert one.dtype == np.float32
    assert one.tobytes() == two.tobytes()


def test_of_a_single_group_nothing_is_known():
    rng = np.random.default_rng(0)
    known = out_of_fold(np.ones((3, 2)), np.zeros(3, int), np.zeros(3), 4, 1.0, 5, rng)
    assert known.tolist() == [[0.25] * 4] * 3
