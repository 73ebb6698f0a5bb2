import numpy as np
import pandas as pd
import pytest

from cbal.results.goals import goals_of, reached, saved

BUDGETS = np.array([10.0, 20, 30, 40])


@pytest.mark.parametrize(
    ("accuracy", "expected"),
    [
        ([0.5, 0.9, 0.9, 0.9], 20),
        ([0.9, 0.9, 0.9, 0.9], 10),
        ([0.5, 0.9, 0.8, 0.9], 40),  # it fell below again
        ([0.9, 0.9, 0.9, 0.8], np.nan),  # it ends below
        ([0.5, 0.6, 0.7, 0.8], np.nan),
        ([0.5, np.nan, 0.9, 0.9], 30),
        ([np.nan] * 4, np.nan),
    ],
)
def test_reached_is_where_the_curve_stays(accuracy, expected):
    np.testing.assert_equal(reached(BUDGETS, np.array(accuracy), 0.85), expected)


def test_the_goal_itself_is_reached():
    assert reached(BUDGETS, np.array([0.1, 0.2, 0.3, 0.3]), 0.3) == 30


@pytest.mark.parametrize("images", [300, 1000, 5400, 10_000])
def test_rounding_takes_no_goal_away(images):
    for right in range(images // 100, images + 1):
        goal = goals_of(pd.Series([right / images]), 0.01)[0].accuracy
        on_it, below = right - images // 100, right - images // 100 - 1
        assert reached(BUDGETS[:1], np.array([on_it / images]), goal) == 10
        assert np.isnan(reached(BUDGETS[:1], np.array([below / images]), goal))


def test_a_noisy_baseline_makes_only_the_paper_s_goal_easy():
    quiet, noisy = pd.Series([0.90, 0.90]), pd.Series([0.80, 1.0])
    assert goals_of(quiet)[0].accuracy == pytest.approx(goals_of(noisy)[0].accuracy)
    assert goals_of(noisy)[1].accuracy < 0.8
    assert goals_of(quiet)[1].accuracy == pytest.approx(0.90)


def test_a_baseline_of_one_seed_has_no_sd_to_be_within():
    within, by_sd = goals_of(pd.Series([0.9]))
    assert within.accuracy == pytest.approx(0.89)
    assert np.isnan(by_sd.accuracy)
    assert np.isnan(reached(BUDGETS, np.ones(4), by_sd.accuracy))


def test_seeds_that_did_not_reach_it_saved_nothing():
    assert saved(pd.Series([500, np.nan, np.nan, 100]), 1000) == pytest.approx((0.5 + 0.9) / 4)
    assert saved(pd.Series([np.nan]), 1000) == 0


def test_more_interactions_than_images_count_against():
    assert saved(pd.Series([1500, 500]), 1000) == pytest.approx(0)


def test_words_name_the_distance():
    assert goals_of(pd.Series([0.9]), 0.02)[0].words == "within 0.02 of supervised"
