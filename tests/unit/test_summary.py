import numpy as np
import pandas as pd
import pytest

from cbal.summary import area, reached, summarise, to_markdown


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


def test_reached_is_the_first_budget_at_the_goal():
    x, y = np.array([10.0, 20, 30]), np.array([0.5, 0.9, 0.8])
    assert reached(x, y, 0.7) == 20
    assert reached(x, y, 0.9) == 20
    assert np.isnan(reached(x, y, 0.91))


def test_summary_by_hand(metrics):
    table = summarise(metrics).set_index("scenario")
    goal = 0.92 - np.std([0.93, 0.91], ddof=1)
    assert table.loc["cluster", "goal"] == pytest.approx(goal)
    assert table.loc["cluster", "final_accuracy"] == pytest.approx(0.93)
    assert table.loc["cluster", "reached"] == 1
    assert table.loc["cluster", "verdict"] == "reached by 1 of 2 seeds"
    assert table.loc["cluster", "interactions"] == 30
    assert table.loc["cluster", "saved"] == pytest.approx(0.97)
    assert table.loc["random", "area"] == pytest.approx((0.6 + (0.65 + 0.855) / 2) / 2)
    assert table.loc["random", "reached"] == 1
    assert table.loc["supervised", "interactions"] == 1000


def test_markdown_says_plainly_what_was_not_reached(metrics):
    worse = metrics.assign(
        test_accuracy=metrics["test_accuracy"].where(metrics["scenario"] != "random", 0.5)
    )
    text = to_markdown(summarise(worse), {"d": "Data set"})
    assert "## Data set" in text
    assert "| random | 2 | 0.5000 ± 0.0000 | 0.5000 ± 0.0000 | not reached |  |" in text
    assert "30 (reached by 1 of 2 seeds) | 97.0% |" in text


def test_without_a_baseline_there_is_no_goal(metrics):
    table = summarise(metrics[metrics["scenario"] != "supervised"])
    assert table["goal"].isna().all()
    text = to_markdown(table, {})
    assert "no baseline" in text
    assert "No supervised baseline, so" in text


def test_an_accuracy_that_nobody_knows_is_said_to_be_so():
    unknown = pd.DataFrame(rows("cluster", 0, [10, 20], [np.nan, np.nan]))
    text = to_markdown(summarise(unknown), {})
    assert "| cluster | 1 | not known |  |  |  |" in text
    assert "nan" not in text
