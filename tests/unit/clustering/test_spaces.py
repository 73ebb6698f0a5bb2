import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from cbal.clustering.spaces import beside, discriminant, roots


def squared_distances(x):
    return np.square(x[:, None] - x[None]).sum(axis=2)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_share_is_that_of_the_mean_squared_distance(share):
    rng = np.random.default_rng(0)
    x, other = (50 * rng.normal(size=(40, 8)) + 3).astype(np.float16), rng.random((40, 2))
    both = beside(x, other, share)
    parts = [squared_distances(part).mean() for part in (both[:, :8], both[:, 8:])]
    assert both.dtype == np.float32
    np.testing.assert_allclose(np.divide(parts, sum(parts)), [1 - share, share], atol=1e-5)


def test_without_a_share_distances_are_those_of_the_features():
    x = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    ratio = squared_distances(beside(x, x[:, :1], 0.0)) / np.where(
        np.eye(20), 1, squared_distances(x)
    )
    inside = ratio[~np.eye(20, dtype=bool)]
    np.testing.assert_allclose(inside, inside[0], rtol=1e-4)


def test_equal_rows_have_no_distance():
    assert not beside(np.ones((5, 2)), np.zeros((5, 2)), 0.5).any()


def test_roots_have_the_distances_of_hellinger():
    p = np.array([[1, 0], [0, 1], [0.5, 0.5]], np.float32)
    hellinger = np.sqrt(squared_distances(roots(p))) / np.sqrt(2)
    assert hellinger[0, 1] == pytest.approx(1)
    assert hellinger[0, 2] == pytest.approx(np.sqrt(1 - np.sqrt(0.5)))


def task(n=400, d=6):
    rng = np.random.default_rng(0)
    label = rng.integers(0, 3, n)
    scale = np.array([0.5, 1, 9, 9, 9, 9])
    return (np.eye(3, d)[label] * 4 + rng.normal(size=(n, d)) * scale).astype(np.float32), label


def test_the_discriminant_is_that_of_scikit_learn_where_labels_abound():
    x, label = task(5000)
    ours = discriminant(x, x, label.astype(np.int16))
    theirs = LinearDiscriminantAnalysis(solver="eigen").fit(x, label).transform(x)
    assert ours.shape == (5000, 2)
    np.testing.assert_allclose(np.abs(np.corrcoef(ours[:, 1], theirs[:, 0])[0, 1]), 1, atol=0.01)


def test_classes_are_farther_apart_than_in_the_features():
    def apart(space):
        distance, same = squared_distances(space), label[:, None] == label[None]
        return distance[~same].mean() / distance[same].mean()

    x, label = task()
    assert apart(discriminant(x, x[:60], label[:60])) > 2 * apart(x)


def test_the_variance_within_classes_is_one():
    x, label = task(5000)
    space = discriminant(x, x, label)
    inside = np.concatenate([space[label == c] - space[label == c].mean(0) for c in range(3)])
    np.testing.assert_allclose(inside.T @ inside / len(x), np.eye(2), atol=0.02)


def test_fewer_labels_than_features_and_a_constant_feature():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 100)).astype(np.float16)
    x[:, 7] = 2
    space = discriminant(x, x[:6], np.array([0, 0, 1, 1, 2, 2]))
    assert space.shape == (50, 2)
    assert np.isfinite(space).all()


@pytest.mark.parametrize("label", [[0, 0, 0], [0, 1, 2], []])
def test_labels_that_tell_nothing_give_no_space(label):
    x = np.random.default_rng(0).normal(size=(9, 4))
    assert discriminant(x, x[: len(label)], np.array(label, np.int16)) is None
