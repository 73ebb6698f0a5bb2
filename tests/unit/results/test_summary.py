import numpy as np
import pandas as pd
import pytest

from cbal.results.summary import area, summarise, to_markdown
from cbal.results.wins import to_markdown as wins_to_markdown
from cbal.results.wins import wins


def rows(scenario, seed, interactions, accuracy, dataset="d"):
    return [
        {
            "dataset": dataset,
            "scenario": scenario,
            "seed": seed,
            "round": r,
            "images": 1000,
            "interactions": i,
            "test_accuracy": a,
        }
        for r, (i, a) in enumerate(zip(interactions, accuracy, strict=True), 1)
    ]


@pytest.fixture
def metrics():
    return pd.DataFrame(
        rows("random", 0, [10, 20, 30], [0.5, 0.6, 0.7])
        + rows("random", 1, [10, 20, 30], [0.5, 0.8, 0.91])
        + rows("cluster", 0, [10, 20, 30], [0.9, 0.9, 0.9])
        + rows("cluster", 1, [10, 20, 30], [0.8, 0.9, 0.96])
        + rows("supervised", 0, [1000], [0.93])
        + rows("supervised", 1, [1000], [0.91])
    )


def test_area_is_the_mean_height():
    x, y = np.array([10.0, 20, 40]), np.array([0.0, 1, 1])
    assert area(x, y, 10, 40) == pytest.approx((5 + 20) / 30)
    assert area(x, y, 15, 20) == pytest.approx(0.75)
    assert area(x, y, 20, 20) == pytest.approx(1)


def test_summary_by_hand(metrics):
    table = summarise(metrics).set_index("scenario")
    one_sd = np.std([0.93, 0.91], ddof=1)
    cluster = table.loc["cluster"]
    assert cluster["goal_within"] == pytest.approx(0.91)
    assert cluster["goal_sd"] == pytest.approx(0.92 - one_sd)
    assert cluster["final_accuracy"] == pytest.approx(0.93)
    assert (cluster["reached_within"], cluster["reached_sd"]) == (1, 1)
    assert cluster["interactions_within"] == 30
    assert cluster["saved_within"] == pytest.approx((0.97 + 0) / 2)  # one seed saved nothing
    random = table.loc["random"]
    assert random["area"] == pytest.approx((0.6 + (0.65 + 0.855) / 2) / 2)
    assert (random["area_from"], random["area_to"]) == (10, 30)
    assert random["reached_within"] == 1
    assert table.loc["supervised", "interactions_sd"] == 1000


def test_the_distance_of_the_goal_is_a_setting(metrics):
    table = summarise(metrics, within=0.05).set_index("scenario")
    assert table.loc["cluster", "goal_within"] == pytest.approx(0.87)
    assert table.loc["cluster", "reached_within"] == 2
    assert table.loc["cluster", "interactions_within"] == pytest.approx((10 + 20) / 2)


def test_markdown_says_plainly_what_was_not_reached(metrics):
    worse = metrics.assign(
        test_accuracy=metrics["test_accuracy"].where(metrics["scenario"] != "random", 0.5)
    )
    text = to_markdown(summarise(worse), {"d": "Data set"})
    assert "## Data set" in text
    nothing = "not reached |  | not reached |  |"
    assert f"| random | 2 | 0.5000 ± 0.0000 | 0.5000 ± 0.0000 | {nothing}" in text
    assert "| 30 (1 of 2 seeds) | 48.5% | 30 (1 of 2 seeds) | 48.5% |" in text
    assert "interactions to within 0.01 of supervised | saved, within 0.01" in text
    assert "Goals: 0.9100 (within 0.01 of supervised) and 0.9059 (within 1 sd" in text
    assert "Areas cover 10 to 30 interactions, which all runs have." in text


def test_areas_cover_what_all_runs_have(metrics):
    longer = pd.concat([metrics, pd.DataFrame(rows("margin", 0, [15, 40], [0.5, 0.9]))])
    table = summarise(longer)
    assert set(table["area_from"].dropna()) == {15}
    assert set(table["area_to"].dropna()) == {30}


def test_without_a_budget_that_all_runs_have_there_is_no_area():
    apart = rows("early", 0, [10, 20], [0.5, 0.6]) + rows("late", 0, [30, 40], [0.5, 0.6])
    table = summarise(pd.DataFrame(apart))
    assert table[["area", "area_from", "area_to"]].isna().all(axis=None)
    text = to_markdown(table, {})
    assert "There is no budget that all runs have, so no area." in text
    assert "nan" not in text
    text = wins_to_markdown(wins(pd.DataFrame(apart)), {})
    assert "There is no budget that all runs have, so no area." in text
    assert "0/0" in text


def test_without_a_baseline_there_is_no_goal(metrics):
    table = summarise(metrics[metrics["scenario"] != "supervised"])
    assert table["goal_within"].isna().all()
    assert table["saved_sd"].isna().all()
    text = to_markdown(table, {})
    assert "no baseline" in text
    assert "No supervised baseline, so" in text


def test_a_baseline_of_one_seed_claims_no_goal_by_its_sd(metrics):
    table = summarise(metrics[(metrics["scenario"] != "supervised") | (metrics["seed"] == 0)])
    assert table["goal_sd"].isna().all()
    assert table["saved_sd"].isna().all()
    assert np.isnan(table.set_index("scenario").loc["supervised", "final_accuracy_sd"])
    text = to_markdown(table, {})
    assert "| no sd |  |" in text
    assert "Goal: 0.9200 (within 0.01 of supervised). A seed" in text
    assert "The baseline has one seed, which has no sd, and so no goal by it." in text


def test_an_unknown_accuracy_is_reported_as_unknown():
    unknown = pd.DataFrame(rows("cluster", 0, [10, 20], [np.nan, np.nan]))
    text = to_markdown(summarise(unknown), {})
    assert "| cluster | 1 | not known |  |  |  |  |  |" in text
    assert "nan" not in text
