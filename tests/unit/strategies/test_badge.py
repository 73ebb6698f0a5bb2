"""BADGE draws at random: frequencies are compared with probabilities by definition."""

import dataclasses
from collections import Counter
from itertools import permutations

import numpy as np
from skactiveml.classifier import ParzenWindowClassifier
from skactiveml.pool import Badge

from cbal.clustering.blocks import workers
from cbal.strategies import badge
from cbal.strategies.badge import select
from tests.unit.strategies.features import MISSING, pool_of, theirs


def embeddings(pool):
    """Return float64[n, classes * d], as algorithm 1 has them."""
    p = pool.probabilities.astype(np.float64)
    error = p - np.eye(p.shape[1])[p.argmax(axis=1)]
    return (error[:, :, None] * pool.features.astype(np.float64)[:, None]).reshape(len(p), -1)


def chances(pool, rows, origin=False):
    """Return how likely k-means++ draws rows in this order, the first one being given.

    With `origin`, the origin counts as a first seed.
    """
    g = embeddings(pool)
    nearest, chance = (g**2).sum(axis=1) if origin else np.full(len(g), np.inf), 1.0
    for before, row in zip(rows, rows[1:]):
        nearest = np.minimum(nearest, ((g - g[before]) ** 2).sum(axis=1))
        chance *= nearest[row] / nearest.sum()
    return chance


def test_rows_are_drawn_by_the_squared_distance():
    pool = pool_of(n=6, labeled=1)
    first = int(np.argmax((embeddings(pool) ** 2).sum(axis=1)))
    n, times = 4, 6000
    rng = np.random.default_rng(0)
    with workers(1) as share:
        known = badge.embeddings_of(pool, share)
        drawn = Counter(tuple(badge.seeds(known, n, rng, share)[0]) for _ in range(times))
    orders = [(first, *rest) for rest in permutations(set(range(6)) - {first}, n - 1)]
    assert set(drawn) <= set(orders)
    expected = times * np.array([chances(pool, order) for order in orders])
    seen = np.array([drawn[order] for order in orders])
    often = expected > 5
    chi2 = ((seen - expected)[often] ** 2 / expected[often]).sum()
    # Of a chi-squared variable: mean and five standard deviations.
    assert chi2 < often.sum() + 5 * np.sqrt(2 * often.sum())


def test_chances_are_those_of_scikit_activeml():
    pool = pool_of(n=30, labeled=3)
    x, y = theirs(pool)
    y[-3:] = [0, 1, 2]
    model = ParzenWindowClassifier(classes=[0, 1, 2], missing_label=MISSING).fit(x, y)
    pool = dataclasses.replace(pool, probabilities=model.predict_proba(x[:30]).astype(np.float32))
    strategy = Badge(missing_label=MISSING, random_state=0)
    rows, likely = strategy.query(x, y, model, fit_clf=False, batch_size=8, return_utilities=True)
    assert select(pool, 1, np.random.default_rng(0)).sample_id[0] == rows[0]
    for last in range(1, 8):
        # They keep the distance to the origin; the paper and its authors' code do not.
        ratio = chances(pool, rows[: last + 1], True) / chances(pool, rows[:last], True)
        np.testing.assert_allclose(likely[last, rows[last]], ratio, rtol=1e-3)


def test_scores_are_squared_distances_of_the_embeddings(monkeypatch):
    pool = pool_of(n=300)
    for patience in (1, 128):
        monkeypatch.setattr(badge, "PATIENCE", patience)
        chosen = select(pool, 40, np.random.default_rng(1))
        g = embeddings(pool)[chosen.sample_id]
        np.testing.assert_allclose(chosen.score[0], (g[0] ** 2).sum(), rtol=1e-4)
        for i in range(1, 40):
            nearest = ((g[:i] - g[i]) ** 2).sum(axis=1).min()
            np.testing.assert_allclose(chosen.score[i], nearest, rtol=1e-3)


def test_where_all_are_alike_every_sample_is_drawn():
    pool = pool_of(n=12)
    alike = dataclasses.replace(pool, probabilities=np.ones((12, 1), np.float32))
    seen = [select(alike, 6, np.random.default_rng(seed)).sample_id for seed in range(20)]
    assert {row[0] for row in seen} == {0}
    assert set(np.concatenate(seen)) == set(range(12))
