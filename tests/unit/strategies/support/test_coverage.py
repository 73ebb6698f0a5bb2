import numpy as np

from cbal.clustering.blocks import unit, workers
from cbal.strategies.support import coverage
from cbal.strategies.support.coverage import cover_of, greedy


def test_gains_are_by_definition(monkeypatch):
    monkeypatch.setattr(coverage, "PART", 7)
    rng = np.random.default_rng(0)
    x, labeled = rng.normal(size=(40, 3)), rng.normal(size=(9, 3)).astype(np.float32)
    x = x.astype(np.float16)
    cover = cover_of(x, labeled, lambda squared: np.exp(-squared), 100, rng)
    with workers(2) as share:
        rows, gains = greedy(x, cover, 15, share, np.random.default_rng(0))
    points, known = unit(x.astype(np.float32)), unit(labeled)
    for count, row in enumerate(rows):
        before = similarity(points, np.concatenate([known, points[rows[:count]]])).max(axis=1)
        more = np.maximum(similarity(points, points) - before[:, None], 0).mean(axis=0)
        more[rows[:count]] = -1
        np.testing.assert_allclose(gains[count], more.max(), rtol=1e-3, atol=1e-6)
        np.testing.assert_allclose(more[row], more.max(), rtol=1e-3, atol=1e-6)


def similarity(a, b):
    return np.exp(-((a[:, None] - b[None]) ** 2).sum(axis=2))
