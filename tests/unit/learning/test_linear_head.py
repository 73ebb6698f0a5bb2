import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from cbal.learning.linear_head import accuracy_and_loss, fit


def blobs(n=300, d=12, classes=4, spread=2.0, seed=0):
    rng = np.random.default_rng(seed)
    label = rng.integers(classes, size=n).astype(np.int16)
    centers = rng.normal(size=(classes, d)) * 3
    x = centers[label] + rng.normal(size=(n, d)) * spread + 5
    return x.astype(np.float32), label


def theirs(x, label, l2, weight=None):
    scaled = (x - x.mean(0)) / x.std(0)
    both = np.column_stack([scaled, np.ones(len(x))]).astype(np.float64)
    model = LogisticRegression(C=1 / l2, fit_intercept=False, tol=1e-10, max_iter=10_000)
    return model.fit(both, label, weight).predict_proba(both)


@pytest.mark.parametrize("l2", [0.01, 1.0, 30.0])
@pytest.mark.parametrize("classes", [3, 4])
def test_the_optimum_is_that_of_scikit_learn(l2, classes):
    x, label = blobs(classes=classes)
    ours = fit(x, label, classes, l2).probabilities(x)
    np.testing.assert_allclose(ours, theirs(x, label, l2), atol=1e-4)


def test_weights_of_rows_count_as_repetitions():
    x, label = blobs()
    weight = np.random.default_rng(1).integers(1, 4, len(x)).astype(np.float32)
    ours = fit(x, label, 4, 1.0, weight)
    scaled = (x - x.mean(0)) / x.std(0)
    again = np.repeat(np.arange(len(x)), weight.astype(int))
    both = np.column_stack([scaled, np.ones(len(x))])
    model = LogisticRegression(C=1.0, fit_intercept=False, tol=1e-10, max_iter=10_000)
    expected = model.fit(both[again], label[again]).predict_proba(both)
    np.testing.assert_allclose(ours.probabilities(x), expected, atol=1e-4)


def test_the_gradient_at_the_optimum_is_zero():
    x, label = blobs()
    head = fit(x, label, 4, 1.0)
    mean, scale = x.mean(0), x.std(0)
    inside = np.vstack([head.weight * scale[:, None], head.bias + mean @ head.weight])
    error = head.probabilities(x) - np.eye(4)[label]
    both = np.column_stack([(x - mean) / scale, np.ones(len(x))])
    gradient = (both.T @ error + 1.0 * inside) / len(x)
    assert np.abs(gradient).max() < 1e-4


def test_classes_without_a_label_are_possible_and_unlikely():
    x, label = blobs(classes=3)
    probability = fit(x, label, 5, 1.0).probabilities(x)
    assert np.isfinite(probability).all()
    assert (probability[:, 3:] < 0.05).all()
    assert (probability[:, 3:] > 0).all()


@pytest.mark.parametrize("classes", [1, 2])
def test_labels_of_one_class(classes):
    x, _ = blobs()
    probability = fit(x, np.zeros(len(x), np.int16), classes, 1.0).probabilities(x)
    assert (probability.argmax(1) == 0).all()
    np.testing.assert_allclose(probability.sum(1), 1, rtol=1e-5)


def test_two_classes():
    x, label = blobs(classes=2)
    ours = fit(x, label, 2, 1.0).probabilities(x)
    assert accuracy_and_loss(ours, label)[0] > 0.9
    # scikit-learn's binary model has one vector of weights: half the penalty of our two.
    np.testing.assert_allclose(ours, theirs(x, label, 0.5), atol=1e-4)


def test_separable_data_and_one_label_have_a_finite_optimum():
    x, label = blobs(spread=0.01)
    head = fit(x, label, 4, 1e-3)
    assert np.isfinite(head.weight).all()
    assert (head.probabilities(x).argmax(1) == label).all()
    one = fit(x[:1], label[:1], 4, 1.0)
    assert one.probabilities(x[:1]).argmax() == label[0]


def test_a_thousand_classes():
    rng = np.random.default_rng(0)
    label = np.repeat(np.arange(1000), 2).astype(np.int16)
    x = rng.normal(size=(1000, 64))[label] * 3 + rng.normal(size=(2000, 64)) * 0.1
    probability = fit(x.astype(np.float32), label, 1000, 0.1).probabilities(x)
    assert accuracy_and_loss(probability, label)[0] > 0.99


def test_a_constant_feature_and_half_precision_change_nothing_much():
    x, label = blobs()
    expected = fit(x, label, 4, 1.0).probabilities(x)
    with_constant = np.column_stack([x, np.full(len(x), 7, np.float32)])
    np.testing.assert_allclose(
        fit(with_constant, label, 4, 1.0).probabilities(with_constant), expected, atol=1e-4
    )
    half = x.astype(np.float16)
    np.testing.assert_allclose(fit(half, label, 4, 1.0).probabilities(half), expected, atol=0.02)


def generalised(head, x, label, q, l2=1.0):
    """The loss that a head with `robustness` q minimises, and its gradient."""
    mean, scale = x.mean(0), x.std(0)
    inside = np.vstack([head.weight * scale[:, None], head.bias + mean @ head.weight])
    p = head.probabilities(x).astype(np.float64)
    given = p[np.arange(len(x)), label]
    both = np.column_stack([(x - mean) / scale, np.ones(len(x))])
    error = given[:, None] ** q * (p - np.eye(p.shape[1])[label])
    loss = ((1 - given**q) / q).sum() + l2 / 2 * (inside**2).sum()
    return loss, both.T @ error + l2 * inside


@pytest.mark.parametrize("q", [0.3, 0.7, 1.0])
def test_a_robust_head_is_at_a_minimum_that_is_lower(q):
    x, label = blobs()
    label[::7] = (label[::7] + 1) % 4
    plain, robust = fit(x, label, 4, 1.0), fit(x, label, 4, 1.0, robustness=q)
    (before, steep), (after, flat) = (generalised(head, x, label, q) for head in (plain, robust))
    assert after < before
    assert np.abs(flat).max() < 0.02 * np.abs(steep).max()


def test_little_robustness_is_cross_entropy_and_much_forgives():
    x, right = blobs(n=600)
    label = right.copy()
    label[::5] = (label[::5] + 1) % 4
    plain = fit(x, label, 4, 1.0).probabilities(x)
    little = fit(x, label, 4, 1.0, robustness=1e-5).probabilities(x)
    np.testing.assert_allclose(little, plain, atol=1e-3)
    much = fit(x, label, 4, 1.0, robustness=0.7).probabilities(x)
    given = np.arange(600), label
    wrong = label != right
    assert (much[given][wrong] < plain[given][wrong]).mean() > 0.9
    assert (much.argmax(1) == right).mean() >= (plain.argmax(1) == right).mean()


def test_the_same_labels_give_the_same_bytes():
    x, label = blobs()
    one, other = fit(x, label, 4, 1.0), fit(x, label, 4, 1.0)
    assert one.weight.tobytes() == other.weight.tobytes()


def test_accuracy_and_loss_by_hand():
    probability = np.array([[0.75, 0.25], [0.5, 0.5], [0.1, 0.9]], np.float32)
    accuracy, loss = accuracy_and_loss(probability, np.array([0, 1, 1]))
    assert accuracy == pytest.approx(2 / 3)
    assert loss == pytest.approx(-np.log([0.75, 0.5, 0.9]).mean())
