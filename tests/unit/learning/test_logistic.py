import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from cbal.learning import logistic
from cbal.learning.logistic import Loss, minimum


def task(n, d, classes, seed=0):
    """Features with strong correlations, as those of a network have, and labels, some wrong."""
    rng = np.random.default_rng(seed)
    label = rng.integers(classes, size=n)
    hidden = rng.normal(size=(classes, 6))[label] + rng.normal(size=(n, 6))
    x = hidden @ rng.normal(size=(6, d)) + 0.3 * rng.normal(size=(n, d))
    wrong = rng.random(n) < 0.05
    label[wrong] = rng.integers(classes, size=wrong.sum())
    return np.column_stack([x / x.std(0), np.ones(n)]).astype(np.float32), label


def softmax(logits):
    return logistic.probabilities(logits.copy())[0]


def theirs(x, label, l2, weight=None):
    model = LogisticRegression(C=1 / l2, fit_intercept=False, tol=1e-8, max_iter=10_000)
    model.fit(x.astype(np.float64), label, weight)
    return model.predict_proba(x.astype(np.float64))


@pytest.mark.parametrize("n", [200, 1000])  # in the weights' coordinates, and in those of classes
@pytest.mark.parametrize("l2", [0.1, 3.0, 300.0])
def test_the_optimum_is_that_of_scikit_learn(n, l2):
    x, label = task(n, 30, 5)
    counts = np.random.default_rng(1).integers(1, 5, n).astype(np.float64)
    weights, _, passes = minimum(x, label, counts, 5, l2)
    ours = softmax(x.astype(np.float64) @ weights)
    np.testing.assert_allclose(ours, theirs(x, label, l2, counts), atol=1e-4)
    assert passes < 400


@pytest.mark.parametrize("n", [200, 1000])
def test_the_gradient_at_the_optimum_is_zero_and_weights_are_centred(n):
    x, label = task(n, 30, 5)
    weights, value, _ = minimum(x, label, np.ones(n), 5, 1.0)
    p = softmax(x.astype(np.float64) @ weights)
    gradient = x.T.astype(np.float64) @ (p - np.eye(5)[label]) + weights
    assert np.abs(gradient).max() < 1e-4 * n
    assert np.abs(weights.sum(axis=1)).max() < 1e-6
    loss = -np.log(p[np.arange(n), label]).sum() + (weights**2).sum() / 2
    assert value == pytest.approx(loss, rel=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_the_gradient_is_that_of_the_loss(smoothing):
    x, label = task(50, 4, 3)
    rng = np.random.default_rng(0)
    loss = Loss(x, label, np.ones(50), 2.0, rng.normal(size=(5, 3)), smoothing)
    change, direction = 0.1 * rng.normal(size=(2, 5, 3))
    gradient = loss(change)[1]
    step = 1e-3
    slope = (loss(change + step * direction)[0] - loss(change - step * direction)[0]) / (2 * step)
    assert (gradient * direction).sum() == pytest.approx(slope, rel=1e-3)


def test_a_smoothed_label_is_its_class_and_a_little_of_each():
    x, label = task(300, 10, 4)
    smoothed = minimum(x, label, np.ones(300), 4, 1.0, 0.2)[0]
    each = np.repeat(np.arange(4)[None], 300, axis=0).ravel()
    shares = np.where(each == np.repeat(label, 4), 0.85, 0.05)
    rows = minimum(np.repeat(x, 4, axis=0), each, shares, 4, 1.0)[0]
    np.testing.assert_allclose(softmax(x @ smoothed), softmax(x @ rows), atol=1e-4)


def test_a_start_near_the_optimum_saves_passes():
    x, label = task(400, 20, 4)
    weights, _, passes = minimum(x, label, np.ones(400), 4, 1.0)
    again, _, fewer = minimum(x, label, np.ones(400), 4, 1.0, start=weights)
    assert fewer < passes / 2
    np.testing.assert_allclose(softmax(x @ weights), softmax(x @ again), atol=1e-4)


def test_many_classes_share_coordinates(monkeypatch):
    x, label = task(2000, 20, 4)
    apart = minimum(x, label, np.ones(2000), 4, 1.0)[0]
    monkeypatch.setattr(logistic, "ENTRIES", 0)
    weights = np.ones((21, 4))
    assert logistic.coordinates(x, np.ones(2000), weights, 1.0).shape == (1, 21, 21)
    shared = minimum(x, label, np.ones(2000), 4, 1.0)[0]
    np.testing.assert_allclose(softmax(x @ apart), softmax(x @ shared), atol=1e-4)


def test_coordinates_make_the_curvature_of_each_class_one():
    x, label = task(400, 20, 4)
    weights = np.random.default_rng(0).normal(size=(21, 4)) / 5
    matrices = logistic.coordinates(x, np.ones(400), weights, 2.0)
    p = softmax((x @ weights).astype(np.float64))
    step = 400 // (logistic.ROWS * 21)
    some, share = x[::step].astype(np.float64), 400 / len(x[::step])
    for of_class, matrix in zip(p.T[:, ::step], matrices.astype(np.float64)):
        spread = of_class * (1 - of_class) * share
        curvature = (some * spread[:, None]).T @ some + 2 * np.eye(21)
        np.testing.assert_allclose(matrix.T @ curvature @ matrix, np.eye(21), atol=1e-3)
