"""Figures and tables against hours."""

import pandas as pd
import pyarrow as pa
import pytest

from cbal.errors import InputError
from cbal.results.budgets import HOURS, INTERACTIONS, with_budget
from cbal.results.figures.budget import accuracy_figure, clusters_figure
from cbal.results.figures.style import read_metrics
from cbal.results.summary import summarise, to_markdown
from cbal.results.wins import to_markdown as wins_to_markdown
from cbal.results.wins import wins
from cbal.storage.files import write_table
from tests.unit.results.test_summary import rows


@pytest.fixture
def metrics():
    """Clusters take half of the hours that as many single images take."""
    frame = pd.DataFrame(
        rows("random", 0, [10, 20, 30], [0.5, 0.6, 0.7])
        + rows("cluster", 0, [10, 20, 30], [0.8, 0.9, 0.92])
        + rows("supervised", 0, [1000], [0.92])
    )
    frame["hours"] = frame["interactions"] / 100 * (1 - 0.5 * (frame["scenario"] == "cluster"))
    return frame.assign(interactions_cluster=5, images_cluster=9, cluster_accuracy=0.9)


def test_the_table_in_hours(metrics):
    table = summarise(metrics, budget=HOURS).set_index("scenario")
    cluster = table.loc["cluster"]
    assert cluster["hours_within"] == pytest.approx(0.15)
    assert cluster["saved_within"] == pytest.approx(1 - 0.15 / 10)
    assert (cluster["area_from"], cluster["area_to"]) == (0.1, 0.15)
    assert table.loc["supervised", "hours_sd"] == 10
    assert "interactions_sd" not in table
    text = to_markdown(table.reset_index(), {}, budget=HOURS)
    assert "hours to within 0.01 of supervised" in text
    assert "10.00 (all samples)" in text
    assert "Areas cover 0.10 to 0.15 hours" in text


def test_wins_in_hours(metrics):
    table = wins(metrics, HOURS)
    assert table["area_to"].tolist() == [0.15, 0.15]
    assert "0.10 to 0.15 hours" in wins_to_markdown(table, {}, HOURS)


def test_figures_in_hours(metrics, tmp_path):
    write_table(tmp_path / "m", pa.Table.from_pandas(metrics))
    for figure in (accuracy_figure, clusters_figure):
        for budget, last in ((HOURS, 0.3), (INTERACTIONS, 30)):
            axes = figure(*read_metrics(tmp_path / "m", budget), budget).axes[0]
            assert axes.get_xlabel() == budget.axis
            ends = [line.get_xdata()[-1] for line in axes.lines if len(line.get_xdata()) == 3]
            assert max(ends) == pytest.approx(last)


def test_runs_without_hours_are_left_out_and_named(metrics):
    metrics.loc[metrics["scenario"] == "random", "hours"] = None
    known, left_out = with_budget(metrics, HOURS)
    assert left_out == ["random of d"]
    assert set(known["scenario"]) == {"cluster", "supervised"}
    assert len(with_budget(metrics, INTERACTIONS)[0]) == 7
    with pytest.raises(InputError, match="no run of the sweep has hours"):
        with_budget(metrics.drop(columns="hours"), HOURS)
