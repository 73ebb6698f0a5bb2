import dataclasses

import numpy as np
from skactiveml.pool import TypiClust

from cbal.strategies import typiclust
from cbal.strategies.typiclust import select, typicality
from tests.unit.strategies.features import MISSING, of_unit_length, pool_of, theirs


class Given:
    """A cluster algorithm that returns given clusters."""

    def __init__(self, n_clusters=None, clusters=None):
        self.clusters = clusters

    def fit_predict(self, x):
        return self.clusters


def test_samples_are_those_of_scikit_activeml_given_the_same_clusters(monkeypatch):
    pool = of_unit_length(pool_of(n=300, labeled=12))
    clusters = {}

    def remembered(x, k, *rest):
        nearest, distance = kmeans(x, k, *rest)
        clusters["theirs"] = np.concatenate([nearest[12:], nearest[:12]])
        return nearest, distance

    kmeans = typiclust.kmeans
    monkeypatch.setattr(typiclust, "kmeans", remembered)
    chosen = select(pool, 8, np.random.default_rng(0), neighbours=5, min_size=0)
    strategy = TypiClust(
        missing_label=MISSING,
        random_state=0,
        cluster_algo=Given,
        cluster_algo_dict={"clusters": clusters["theirs"]},
        k=5,
    )
    rows = strategy.query(*theirs(pool), batch_size=8)
    # They take clusters of equal size in random order.
    assert sorted(chosen.sample_id) == sorted(rows.tolist())


def test_typicality_by_hand():
    x = np.array([[0], [1], [3], [10], [50]], np.float32)
    typical = typicality(x, np.array([0, 0, 0, 0, 1]), neighbours=2, threads=1)
    np.testing.assert_allclose(typical, [1 / 2, 1 / 1.5, 1 / 2.5, 1 / 8, 0], rtol=1e-3)


def test_groups_without_labels_come_first_and_small_ones_last():
    angles = np.repeat([0, 1, 2, 3], [30, 20, 10, 3]) + 0.01 * np.random.default_rng(0).random(63)
    x = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    pool = dataclasses.replace(
        pool_of(n=63, d=2), features=x.astype(np.float16), labeled_features=x[:1].astype(np.float16)
    )
    for seed in range(5):
        chosen = select(pool, 3, np.random.default_rng(seed), max_clusters=4)
        groups = np.floor(angles + 0.5)[chosen.sample_id].tolist()
        if len(set(groups)) == 3:  # k-means found the groups
            assert groups == [1, 2, 0]
            return
    raise AssertionError("k-means never found the groups")
