import numpy as np
import pandas as pd

from cbal.results.figures.forest import forest_figure, needed_by_seed


def metrics_of(curves, dataset="a", baseline=0.95):
    """Return metrics with 10 interactions a round, for curves by scenario and seed."""
    rows = [
        {
            "dataset": dataset,
            "scenario": scenario,
            "seed": seed,
            "round": r,
            "interactions": 10 * r,
            "test_accuracy": accuracy,
        }
        for (scenario, seed), curve in curves.items()
        for r, accuracy in enumerate(curve, start=1)
    ]
    if baseline is not None:
        keys = {"dataset": dataset, "scenario": "supervised", "seed": 0, "round": 0}
        rows.append(keys | {"interactions": 1000, "test_accuracy": baseline})
    return pd.DataFrame(rows)


CURVES = {
    ("never", 0): [0.5, 0.6, 0.7],
    ("half", 0): [0.5, 0.95, 0.95],
    ("half", 1): [0.5, 0.95, 0.9],
    ("late", 0): [0.5, 0.6, 0.94],
    ("early", 0): [0.5, 0.94, 0.94],
}


def test_a_run_needs_what_its_curve_needs_to_stay_at_the_goal():
    found = needed_by_seed(metrics_of(CURVES)).set_index(["scenario", "seed"])
    np.testing.assert_array_equal(found["needed"]["early"], [20])
    np.testing.assert_array_equal(found["needed"]["half"], [20, np.nan])
    np.testing.assert_array_equal(found["needed"]["never"], [np.nan])
    assert set(found["asked"]) == {30}


def test_scenarios_that_all_seeds_reached_come_first_those_that_need_least_on_top():
    order = list(needed_by_seed(metrics_of(CURVES))["scenario"].unique())
    assert order == ["early", "late", "half", "never"]


def test_a_scenario_that_no_seed_reached_is_ranked_by_its_last_accuracy():
    curves = {("low", 0): [0.1, 0.2], ("high", 0): [0.1, 0.3]}
    assert list(needed_by_seed(metrics_of(curves))["scenario"].unique()) == ["high", "low"]


def test_a_panel_shows_every_seed_and_those_that_did_not_reach_the_goal():
    ax = forest_figure(metrics_of(CURVES), {"a": "Letters"}).axes[0]
    assert ax.get_title() == "Letters"
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "early",
        "late",
        "half",
        "never",
    ]
    points = {line.get_label(): line.get_xdata() for line in ax.lines}
    np.testing.assert_array_equal(points["a seed"], [20, 30, 20])
    assert len(points["a seed that did not reach it"]) == 2
    assert min(points["a seed that did not reach it"]) > 30
    beside = [text.get_text() for text in ax.texts]
    assert beside == ["reached", "1 of 1", "1 of 1", "1 of 2", "0 of 1"]


def test_a_seed_that_did_not_reach_the_goal_is_where_its_own_run_ended():
    short = {("short", 0): [0.5], ("long", 0): [0.5, 0.6, 0.95]}
    ax = forest_figure(metrics_of(short), {}).axes[0]
    points = {line.get_label(): line.get_xdata() for line in ax.lines}
    assert 10 < points["a seed that did not reach it"][0] < 15
    assert not any(line.get_linestyle() == "--" for line in ax.lines)  # they end apart


def test_data_sets_without_a_baseline_have_no_panel():
    without = metrics_of(CURVES, "b", None)
    figure = forest_figure(pd.concat([metrics_of(CURVES), without]), {})
    assert [ax.get_title() for ax in figure.axes] == ["a"]
    assert "no goal" in forest_figure(without, {}).get_suptitle()
