"""Figures 2 and 3: what is reached with how many interactions."""

from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from cbal.figures.columns import Columns, groups, mean_and_sd, rows
from cbal.figures.style import curves, legend_columns, looks, one_legend, set_style
from cbal.gathering import SUPERVISED


def accuracy_figure(metrics: Columns, titles: dict[str, str]) -> Figure:
    """Return Figure 2: test accuracy, whole and zoomed to the top, a row a data set.

    Data sets whose accuracy is not known (a person labels them, without validation) are left out.
    """
    known = set(metrics["dataset"][~np.isnan(metrics["test_accuracy"])])
    if not known:
        figure = Figure(figsize=(8.4, 1))
        figure.suptitle("Accuracy is not known: no image to measure by has a label")
        return figure
    metrics = rows(metrics, np.isin(metrics["dataset"], list(known)))
    figure, axes, look = _grid(metrics)
    for row, (dataset, part) in zip(axes, groups(metrics, "dataset"), strict=True):
        for ax in row:
            curves(ax, part, "test_accuracy", look)
            _supervised(ax, part)
            ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=None))
        row[0].set_title(titles.get(dataset, dataset))
        row[1].set_title(f"{titles.get(dataset, dataset)}, zoomed to the top")
        _zoom(row[1], part)
    one_legend(figure)
    return figure


def clusters_figure(metrics: Columns, titles: dict[str, str]) -> Figure:
    """Return Figure 3: accuracy (left) and number (right) of cluster-labeled images."""
    figure, axes, look = _grid(metrics)
    for row, (dataset, part) in zip(axes, groups(metrics, "dataset"), strict=True):
        shown = rows(part, part["interactions_cluster"] > 0)
        curves(row[0], shown, "cluster_accuracy", look)
        curves(row[1], shown, "images_cluster", look)
        row[0].set(ylabel="accuracy of cluster labels")
        row[0].yaxis.set_major_formatter(PercentFormatter(1, decimals=None))
        row[1].set(ylabel="images with a cluster label")
        row[1].yaxis.set_major_formatter("{x:,.0f}")
        row[1].set_ylim(bottom=0)
        for ax in row:
            ax.set_title(titles.get(dataset, dataset))
    one_legend(figure)
    return figure


def _grid(metrics: Columns) -> tuple[Figure, list[list[Axes]], dict]:
    """Return a figure with two panels for each data set, and the looks of the scenarios."""
    set_style()
    count = len(set(metrics["dataset"]))
    look = looks(metrics)
    entries = len(look) + 1
    legend = 0.25 * max(ceil(entries / legend_columns(entries)), 2) + 0.2
    figure = Figure(figsize=(8.4, 3.2 * count + legend), layout="constrained")
    return figure, figure.subplots(count, 2, squeeze=False), look


def _supervised(ax: Axes, part: Columns) -> None:
    """Draw the supervised mean as a line and its standard deviation as a band."""
    accuracy = part["test_accuracy"][part["scenario"] == SUPERVISED]
    if len(accuracy):
        mean, sd = accuracy.mean(), accuracy.std(ddof=1) if len(accuracy) > 1 else 0
        ax.axhline(mean, color="0.25", linestyle="--", linewidth=1.2, label="supervised")
        ax.axhspan(mean - sd, mean + sd, color="0.25", alpha=0.12, linewidth=0)


def _zoom(ax: Axes, part: Columns) -> None:
    """Limit the axes to where the last rounds of all scenarios are."""
    means = {
        scenario: mean_and_sd(runs["budget"], runs["test_accuracy"])[:2]
        for scenario, runs in groups(part, "scenario")
    }
    low = min(mean[-1] for _, mean in means.values())
    top = max(mean.max() for _, mean in means.values())
    pad = max(0.3 * (top - low), 0.01)
    means.pop(SUPERVISED, None)
    if not means:
        return
    seen = np.concatenate([budget[mean >= low - pad] for budget, mean in means.values()])
    left, right = seen.min(), seen.max()
    margin = max(0.03 * (right - left), 1)
    ax.set(ylim=(low - pad, min(top + pad, 1.002)), xlim=(left - margin, right + margin))
