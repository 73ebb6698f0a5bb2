import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbal.learning.linear_head import fit
from cbal.learning.out_of_fold import folds_of, out_of_fold


def rng():
    return np.random.default_rng(0)


def corners(repeats=6):
    """Two classes at -1 and 1, each in groups of two rows."""
    label = np.tile([0, 0, 1, 1], repeats).astype(np.int16)
    x = np.where(label == 1, 1, -1) + rng().normal(0, 0.1, len(label))
    return x[:, None].astype(np.float32), label, np.repeat(np.arange(2 * repeats), 2)


def test_a_row_is_judged_by_the_head_of_the_other_folds():
    x, label, groups = corners()
    result = out_of_fold(x, label, groups, 2, 1.0, 3, rng())
    fold = folds_of(label, groups, 3, rng())
    for number in range(3):
        rest = fold != number
        expected = fit(x[rest], label[rest], 2, 1.0).probabilities(x[~rest])
        np.testing.assert_array_equal(result[~rest], expected)


def test_the_number_of_threads_changes_no_bit():
    x, label, groups = corners(10)
    one, four = (out_of_fold(x, label, groups, 2, 1.0, 5, rng(), n) for n in (1, 4))
    np.testing.assert_array_equal(one, four)


def test_a_wrong_cluster_is_seen_if_folds_hold_whole_clusters():
    x, label, groups = corners(10)
    wrong = groups == 4
    label[wrong] = 1
    x = np.column_stack([x[:, 0], 5 * wrong]).astype(np.float32)  # images that look alike
    whole = out_of_fold(x, label, groups, 2, 0.01, 5, rng())
    split = out_of_fold(x, label, np.arange(len(x)), 2, 0.01, 5, rng())
    assert (whole[wrong, 1] < 0.5).all()
    assert (split[wrong, 1] > 0.5).all()


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), min_size=1, max_size=20),
    st.integers(2, 6),
)
def test_a_fold_holds_whole_groups_and_a_class_is_spread(made, folds):
    groups = np.repeat(np.arange(len(made)), [size for _, size in made])
    label = np.array([made[group][0] for group in groups], np.int16)
    fold = folds_of(label, groups, folds, rng())
    for group in np.unique(groups):
        assert len(set(fold[groups == group])) == 1
    for name in np.unique(label):
        of_class = label == name
        most = min(folds, len(set(groups[of_class])))
        assert len(set(fold[of_class])) == most


def test_a_single_group_tells_nothing():
    x, label, _ = corners(1)
    result = out_of_fold(x, label, np.zeros(4, int), 3, 1.0, 5, rng())
    np.testing.assert_allclose(result, 1 / 3)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_rows_sum_to_one_and_the_same_generator_gives_the_same_bytes(dtype):
    x, label, groups = corners()
    first = out_of_fold(x.astype(dtype), label, groups, 4, 1.0, 5, rng())
    again = out_of_fold(x.astype(dtype), label, groups, 4, 1.0, 5, rng())
    assert first.dtype == np.float32
    assert first.tobytes() == again.tobytes()
    np.testing.assert_allclose(first.sum(axis=1), 1, atol=1e-5)
