"""Figure of the labels to take away, against interactions or hours."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cbal.pool.take_away import SURE
from cbal.results.budgets import INTERACTIONS, Budget
from cbal.results.figures.style import (
    curves,
    looks,
    one_legend,
    percent_axis,
    set_style,
)
from cbal.results.take_away import with_shares


def take_away_figure(
    metrics: pd.DataFrame, titles: dict[str, str], budget: Budget = INTERACTIONS
) -> Figure:
    """Return the figure: files with a right label (left), and files covered at 99 % (right).

    For a person, whose right labels are estimated, the left panel shows an interval of 95 %.
    """
    set_style()
    shares = with_shares(metrics)
    if shares.empty:
        figure = Figure(figsize=(8.4, 1))
        figure.suptitle("The labels to take away were not measured")
        return figure
    count, look = shares["dataset"].nunique(), looks(shares)
    figure = Figure(figsize=(8.4, 3.2 * count + 0.7), layout="constrained")
    axes = figure.subplots(count, 2, squeeze=False)
    for row, (dataset, part) in zip(axes, shares.groupby("dataset", sort=False), strict=True):
        curves(row[0], part, "files_right", look, budget)
        curves(row[1], part, "covered", look, budget)
        _intervals(row[0], part, look)
        row[0].axhline(SURE, color="0.25", linestyle="--", linewidth=1.2, label=f"{SURE:.0%}")
        row[0].set(ylabel="files whose label is right")
        row[1].set(ylabel=f"files covered at {SURE:.0%}")
        for ax in row:
            ax.set_title(titles.get(dataset, dataset))
            percent_axis(ax)
    one_legend(figure)
    return figure


def _intervals(ax: Axes, part: pd.DataFrame, look: dict[str, dict]) -> None:
    """Draw the intervals of estimated shares."""
    estimated = part[part["estimated"].astype(bool)]
    for scenario, rows in estimated.groupby("scenario", sort=False):
        ends = rows.groupby("budget")[["files_right_low", "files_right_high"]].mean()
        colour = look[scenario]["color"]
        ax.fill_between(ends.index, *ends.T.to_numpy(), color=colour, alpha=0.15, linewidth=0)
