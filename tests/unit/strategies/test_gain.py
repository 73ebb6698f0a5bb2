from dataclasses import replace

import numpy as np
import pytest

from cbal.strategies import gain
from cbal.strategies.base import Candidates
from cbal.strategies.gain import ENOUGH, TRAITS, chance_of, learned_chance
from tests.unit.strategies.asked import clusters_of, history_of

SURE, LIKELY, TORN = [0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]


@pytest.fixture(autouse=True)
def three_centroids(monkeypatch):
    """Clusters are what lies near (0, 0), (50, 0) and (0, 50); k-means is another test's matter."""
    at = np.array([[0.0, 0], [50, 0], [0, 50]])

    def nearest(features, *_):
        squared = np.square(features[:, None] - at).sum(axis=2)
        return squared.argmin(axis=1), squared.min(axis=1).astype(np.float32)

    monkeypatch.setattr(gain, "kmeans", nearest)


def three_blobs(p=(0.99, 0.9, 0.5), **fields):
    """Return three far clusters of four samples, which the model knows well, less well and not."""
    corners = np.tile([[0, 1], [1, 0], [0, 2], [2, 0]], (3, 1))
    features = np.repeat([[0.0, 0], [50, 0], [0, 50]], 4, axis=0) + corners
    likely = np.repeat(p, 4).astype(np.float32)
    probabilities = np.column_stack([likely, 1 - likely])
    return Candidates(np.arange(12), features.astype(np.float32), probabilities, **fields)


def choose(pool, n, **settings):
    return gain.select(pool, n, np.random.default_rng(0), **settings)


def test_the_gain_by_hand():
    """Chance of at least 80 % of one class, times the sum of 1 - p."""
    chosen = choose(three_blobs(), 3)
    assert [sorted(each) for each in clusters_of(chosen)] == [LIKELY, TORN, SURE]
    # (0.9 - 0.8) / sqrt(0.09 / 4) = 0.667 deviations, and so on.
    chance = [0.7475, 0.1151, 0.9999]
    assert np.allclose(chosen.notes["chance"], chance, atol=1e-3)
    gains = [0.7475 * 4 * 0.1, 0.1151 * 4 * 0.5, 4 * 0.01]
    assert np.allclose(chosen.score[::4], gains, atol=1e-3)
    assert clusters_of(choose(three_blobs(), 1)) == clusters_of(chosen)[:1]


def test_labeled_images_in_a_cluster_count_as_what_they_are():
    """With four images of the other class the likely cluster has 3.6 of 8 of its class."""
    beside = np.array([[50, 0.5]] * 4, np.float32)
    pool = three_blobs(labeled_features=beside, history=history_of(known=[1, 1, 1, 1]))
    chosen = choose(pool, 3)
    share = dict(zip([min(each) for each in clusters_of(chosen)], chosen.notes["share"]))
    assert share == pytest.approx({4: 4.4 / 8, 8: 0.5, 0: 0.99})
    assert len(set(chosen.sample_id)) == 12  # the labeled ones are not shown
    alike = replace(pool, history=history_of(known=[0, 0, 0, 0]))
    assert choose(alike, 3).notes["share"][0] == pytest.approx(7.6 / 8)


def test_what_the_model_surely_predicts_as_it_was_answered_is_not_asked_again():
    asked = history_of({"samples": SURE, "label": 0}, {"samples": LIKELY, "label": 0})
    chosen = choose(three_blobs(history=asked), 3, sure=0.95)
    assert [sorted(each) for each in clusters_of(chosen)] == [LIKELY, TORN]
    chosen = choose(three_blobs(history=asked), 3, sure=0.9)
    assert [sorted(each) for each in clusters_of(chosen)] == [TORN]
    otherwise = history_of({"samples": SURE, "label": 1}, {"samples": SURE, "label": -1})
    assert len(clusters_of(choose(three_blobs(history=otherwise), 3))) == 3
    taken_out = history_of({"samples": SURE, "label": 0, "excluded": SURE[:1]})
    assert len(clusters_of(choose(three_blobs(history=taken_out), 3))) == 3


def test_without_a_model_the_largest_clusters_come_first():
    pool = replace(three_blobs(), probabilities=None)
    rows = [0, 1, 4, 5, 6, 8, 9, 10, 11]
    pool = Candidates(pool.sample_id[rows], pool.features[rows])
    chosen = choose(pool, 3)
    assert list(map(len, clusters_of(chosen))) == [4, 3, 2]
    assert np.isnan(chosen.notes["share"]).all()
    assert chosen.notes["chance"].tolist() == [1, 1, 1]


def test_a_refusal_is_a_trait_of_its_samples():
    asked = history_of({"samples": [*SURE, *TORN[:2]], "label": -1}, {"samples": SURE, "label": 1})
    chosen = choose(three_blobs(history=asked), 3)
    refused = {min(each): chosen.notes["refused"][i] for i, each in enumerate(clusters_of(chosen))}
    assert refused == {0: 0, 4: 0, 8: 0.5}


@pytest.mark.parametrize(
    ("composition", "purity", "chance"),
    [
        ([8, 2], 0.8, 0.5),
        ([0, 0], 0.8, 1),  # nothing is known
        ([5, 0], 0.8, 1),
        ([5, 5], 0.8, 0.0289),  # (0.5 - 0.8) / sqrt(0.25 / 10) = -1.897
        ([5, 5], 0.5, 0.5),
    ],
)
def test_the_chance_by_hand(composition, purity, chance):
    assert chance_of(np.array([composition], float), purity) == pytest.approx([chance], abs=1e-3)


def answered(accepted, refused):
    """Return the history of clusters of two, of which those with a small radius were accepted."""
    radius = [0.5 + i / 100 for i in range(accepted)] + [1.5 + i / 100 for i in range(refused)]
    labels = [0] * accepted + [-1] * refused
    notes = dict.fromkeys(TRAITS, np.full(len(radius), 0.5)) | {"radius": np.array(radius)}
    return history_of(*({"samples": [0, 1], "label": label} for label in labels), notes=notes)


def test_the_chance_is_learned_from_how_clusters_like_it_were_answered():
    now = dict.fromkeys(TRAITS, np.full(3, 0.5)) | {"radius": np.array([0.6, 1.1, 1.6])}
    size = np.array([2, 2, 2])
    chance = learned_chance(answered(ENOUGH, 2 * ENOUGH), now, size)
    assert chance[0] > 0.8 > 0.5 > chance[1] > 0.2 > chance[2]
    assert learned_chance(answered(5, ENOUGH - 6), now, size) is None
    assert learned_chance(answered(ENOUGH, 0), now, size) == pytest.approx([21 / 22] * 3)
    assert learned_chance(history_of(), now, size) is None
    without_model = now | {"share": np.full(3, np.nan)}
    assert learned_chance(answered(ENOUGH, 1), without_model, size) is None
