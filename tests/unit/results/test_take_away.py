import numpy as np
import pandas as pd
import pytest

from cbal.intervals import wilson
from cbal.results.budgets import HOURS
from cbal.results.figures.take_away import take_away_figure
from cbal.results.take_away import labels_at_the_end, to_markdown, with_shares


def row(scenario, seed, round, right=90, known=True, **columns):
    """A round of 100 files: 20 individual labels, 30 of clusters (27 right), 50 predicted."""
    made = {"dataset": "d", "scenario": scenario, "seed": seed, "round": round, "images": 100}
    made |= {"interactions": 10 * round, "hours": 0.5 * round, "budget": 10.0 * round}
    made |= {"images_individual": 20, "images_cluster": 30, "images_predicted": 50}
    made |= {"images_confident": 25, "held_out": 50, "held_out_right": 40}
    made |= {"held_out_confident": 20, "held_out_confident_right": 20, "test_accuracy": 0.8}
    made |= {"right_individual": 20, "right_cluster": 27, "right_confident": 24}
    made |= {"right_predicted": right - 47}
    unknown = {name: None for name in made if name.startswith("right_")}
    return made | ({} if known else unknown) | columns


@pytest.fixture
def metrics():
    supervised = row("supervised", 0, 0) | {"images_predicted": None}
    rows = [row("cluster", seed, r, right=97 + r) for seed in (0, 1) for r in (1, 2)]
    old = row("random", 0, 1) | {"images_predicted": None}
    return pd.DataFrame([*rows, old, supervised])


def test_the_table_by_hand(metrics):
    (cluster,) = labels_at_the_end(metrics).to_dict("records")
    assert (cluster["scenario"], cluster["seeds"], cluster["files"]) == ("cluster", 2, 100)
    assert (cluster["given"], cluster["given_right"]) == (50, pytest.approx(0.94))
    assert (cluster["predicted"], cluster["right"]) == (50, pytest.approx(0.99))
    assert cluster["covered"] == pytest.approx(0.75)
    assert cluster["covered_right"] == pytest.approx((47 + 24) / 75)
    assert (cluster["reached"], cluster["interactions"]) == (2, 20)
    assert not cluster["estimated"]


def test_how_many_interactions_until_99_percent_are_right(metrics):
    text = to_markdown(labels_at_the_end(metrics), {"d": "Data"})
    assert "interactions to 99% right" in text
    assert "| 20 (2 of 2 seeds) |" in text
    hours = to_markdown(labels_at_the_end(metrics, HOURS), {}, HOURS)
    assert "| 1.00 (2 of 2 seeds) |" in hours
    early = labels_at_the_end(metrics[metrics["round"] == 1])
    assert "| not reached |" in to_markdown(early, {})


def test_for_a_person_it_is_estimated_with_an_interval():
    metrics = pd.DataFrame([row("cluster", 0, 1, known=False)])
    (person,) = labels_at_the_end(metrics).to_dict("records")
    low, high = wilson(40, 50)
    assert person["right"] == pytest.approx(0.5 + 0.8 * 0.5)
    assert person["right_low"] == pytest.approx(0.5 + low * 0.5)
    assert person["right_high"] == pytest.approx(0.5 + high * 0.5)
    assert person["covered_right"] == 1
    assert person["estimated"]
    text = to_markdown(labels_at_the_end(metrics), {})
    assert "90.0% (83.5% to 94.4%)" in text
    assert "estimated from the held-out images" in text


def test_without_validation_it_is_not_known():
    none = {"held_out": 0, "held_out_right": 0, "held_out_confident": 0}
    metrics = pd.DataFrame([row("cluster", 0, 1, known=False, **none, held_out_confident_right=0)])
    assert "| not known |" in to_markdown(labels_at_the_end(metrics), {})


def test_metrics_from_before_are_read(metrics):
    old = metrics.drop(columns=[c for c in metrics if c.startswith(("right_", "images_pred"))])
    assert with_shares(old).empty
    assert labels_at_the_end(old).empty
    assert "not measured" in take_away_figure(old, {})._suptitle.get_text()


def test_the_figure_shows_shares_and_intervals(metrics):
    person = pd.DataFrame([row("cluster", 0, r, known=False, dataset="p") for r in (1, 2)])
    figure = take_away_figure(pd.concat([metrics, person]), {"d": "Data"}, HOURS)
    assert [ax.get_title() for ax in figure.axes] == ["Data", "Data", "p", "p"]
    mean = figure.axes[0].lines[0].get_ydata()
    np.testing.assert_allclose(mean, [0.98, 0.99])
    assert figure.axes[0].get_xlabel() == HOURS.axis
    low, high = wilson(40, 50)
    points = figure.axes[2].collections[-1].get_paths()[0].vertices[:, 1]
    assert (points.min(), points.max()) == pytest.approx((0.5 + low / 2, 0.5 + high / 2))
