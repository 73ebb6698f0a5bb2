import numpy as np
import pytest

from cbal.errors import InputError
from cbal.strategies.base import Candidates
from cbal.strategies.divide import impure, select
from tests.unit.strategies.asked import clusters_of, history_of

REFUSED = {"samples": [0, 1, 2, 3, 4, 5], "label": -1}
GIVEN = {"samples": [6, 7, 8, 9], "label": 2}


def pool_of(history, n=10, missing=()):
    """Return samples in pairs of places: 0 to 2, 3 to 5, and so on."""
    ids = np.setdiff1d(np.arange(n), missing)
    place = np.array([[10.0 * (i // 3), i % 3 / 10] for i in ids])
    return Candidates(ids, place.astype(np.float32), history=history)


def choose(pool, n, seed=0, **settings):
    return select(pool, n, np.random.default_rng(seed), **settings)


def test_the_parts_of_a_refused_cluster_by_hand():
    chosen = choose(pool_of(history_of(GIVEN, REFUSED)), 2)
    assert sorted(sorted(each) for each in clusters_of(chosen)) == [[0, 1, 2], [3, 4, 5]]
    assert chosen.notes["part_of"].tolist() == [1, 1]
    # The nearest to the centroid comes first.
    assert sorted(each[0] for each in clusters_of(chosen)) == [1, 4]


def test_the_largest_part_is_shown_if_there_is_one_interaction():
    refused = {"samples": [0, 1, 2, 3], "label": -1}
    chosen = choose(pool_of(history_of(refused)), 1)
    assert [sorted(each) for each in clusters_of(chosen)] == [[0, 1, 2]]


def test_parts_that_were_refused_are_divided_and_the_others_are_not():
    parts = [{"samples": [0, 1, 2], "label": 1, "round": 2}]
    parts += [{"samples": [3, 4, 5], "label": -1, "round": 2}]
    chosen = choose(pool_of(history_of(REFUSED, *parts, now=2), n=6), 9)
    assert set(chosen.sample_id) == {3, 4, 5}
    assert set(chosen.notes["part_of"]) == {2}


def test_what_no_refused_cluster_needs_shows_the_other_samples(capsys):
    chosen = choose(pool_of(history_of(REFUSED, GIVEN)), 4)
    assert chosen.notes["part_of"].tolist() == [0, 0, -1, -1]
    assert set(np.concatenate(clusters_of(chosen)[2:])) == {6, 7, 8, 9}
    words = capsys.readouterr().err
    assert "1 refused cluster to divide; k-means clusters of the other samples for 2 inter" in words
    given_now = history_of({**GIVEN, "round": 2, "excluded": [9]})
    chosen = choose(pool_of(given_now), 4)
    assert set(chosen.sample_id) == {0, 1, 2, 3, 4, 5, 9}  # the others just got their label
    assert "0 refused clusters to divide" in capsys.readouterr().err


def test_before_any_question_it_is_clusters_of_all(capsys):
    chosen = choose(pool_of(None), 3)
    assert set(chosen.sample_id) == set(range(10))
    assert set(chosen.notes["part_of"]) == {-1}


def test_equal_features_are_divided_too():
    pool = Candidates(np.arange(6), np.zeros((6, 2), np.float32), history=history_of(REFUSED))
    assert list(map(len, clusters_of(choose(pool, 2)))) == [3, 3]


def test_a_refused_cluster_of_one_sample_is_none_to_divide():
    alone = history_of({"samples": [0], "label": -1})
    assert set(choose(pool_of(alone), 3).notes["part_of"]) == {-1}


def test_single_images_that_were_refused_are_no_clusters():
    single = history_of({"samples": [0], "label": -1, "single": True})
    assert set(choose(pool_of(single), 3).notes["part_of"]) == {-1}


def test_the_upper_bound_by_hand():
    """0.75 - 0.6 / 4 - sqrt(0.6 x 0.75 x 0.25 / 4) = 0.432 of a class at least."""
    cluster = {"samples": list(range(10)), "label": -1}
    single = [{"samples": [i], "label": int(i == 3), "single": True} for i in range(4)]
    history = history_of(cluster, {"samples": [20, 21], "label": -1}, *single)
    assert impure(history, np.array([0, 1])) == pytest.approx([1 - 0.4323, 1], abs=1e-3)


def test_the_cluster_that_may_hide_most_comes_first():
    small = {"samples": [0, 1, 2], "label": -1}
    large = {"samples": [3, 4, 5, 6, 7, 8], "label": -1}
    single = [{"samples": [i], "label": 0, "single": True} for i in (3, 4, 5)]
    assert choose(pool_of(history_of(small, large)), 1).notes["part_of"] == [1]
    asked = pool_of(history_of(small, large, *single), missing=(3, 4, 5))
    assert choose(asked, 1).notes["part_of"] == [0]  # three left of six, half of them known


@pytest.mark.parametrize("seed", range(8))
def test_parts_are_subsets_and_no_interaction_is_free(seed):
    rng = np.random.default_rng(seed)
    order = rng.permutation(60)
    bounds = np.sort(rng.choice(np.arange(1, 60), 7, replace=False))
    questions = [
        {"samples": samples.tolist(), "label": int(rng.integers(-2, 2).clip(-1))}
        for samples in np.split(order, bounds)
    ]
    ids = np.sort(rng.choice(60, 45, replace=False))
    features = rng.integers(3, size=(45, 2)).astype(np.float32)
    pool = Candidates(ids, features, history=history_of(*questions))
    n = int(rng.integers(1, 20))
    chosen = choose(pool, n, seed, parts=int(rng.integers(2, 4)))
    shown = clusters_of(chosen)
    assert len(shown) == len(chosen.notes["part_of"]) <= n
    assert set(chosen.sample_id) <= set(ids)  # so nothing that has an individual label
    for samples, question in zip(shown, chosen.notes["part_of"], strict=True):
        if question >= 0:
            whole = set(questions[question]["samples"]) & set(ids)
            assert questions[question]["label"] < 0
            assert set(samples) < whole or len(whole) == 1


def test_parts_that_divide_nothing_are_refused():
    with pytest.raises(InputError, match="setting parts: 1 divides nothing; make it 2 or more"):
        choose(pool_of(None), 3, parts=1)
