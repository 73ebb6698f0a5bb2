"""Figures 2 and 3: accuracy and cluster labels against interactions, or against hours."""

from math import ceil

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from cbal.results.budgets import INTERACTIONS, Budget
from cbal.results.figures.style import (
    GREY,
    curves,
    label_axes,
    legend_columns,
    looks,
    one_legend,
    scenarios_of,
    set_style,
)
from cbal.results.gathering import SUPERVISED

MOST = 8  # scenarios in one panel; more curves are hard to tell apart
ACROSS = 4  # panels of small multiples side by side
ZOOM = 0.4  # accuracies in the zoomed panel, as a share of the range of the curves


def accuracy_figure(
    metrics: pd.DataFrame, titles: dict[str, str], budget: Budget = INTERACTIONS
) -> Figure:
    """Return Figure 2: test accuracy, whole and zoomed to the top, one row for each data set.

    With more than `MOST` scenarios each has its own panel, with the others in gray. Data sets
    without known accuracy (a person labels them, without validation) are left out.
    """
    known = metrics.groupby("dataset")["test_accuracy"].transform(lambda a: a.notna().any())
    metrics = metrics[known.astype(bool)]
    if metrics.empty:
        figure = Figure(figsize=(8.4, 1))
        figure.suptitle("Accuracy is not known: no image to measure by has a label")
        return figure
    if len(scenarios_of(metrics)) > MOST:
        return _small_multiples(metrics, titles, budget)
    figure, axes, look = _grid(metrics)
    for row, (dataset, part) in zip(axes, metrics.groupby("dataset", sort=False), strict=True):
        for ax in row:
            curves(ax, part, "test_accuracy", look, budget)
            _supervised(ax, part)
            ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=None))
        row[0].set_title(titles.get(dataset, dataset))
        row[1].set_title(f"{titles.get(dataset, dataset)}, zoomed to the top")
        _zoom(row[1], part)
    one_legend(figure)
    return figure


def clusters_figure(
    metrics: pd.DataFrame, titles: dict[str, str], budget: Budget = INTERACTIONS
) -> Figure:
    """Return Figure 3: accuracy (left) and number (right) of cluster-labeled images."""
    figure, axes, look = _grid(metrics)
    for row, (dataset, part) in zip(axes, metrics.groupby("dataset", sort=False), strict=True):
        shown = part[part["interactions_cluster"] > 0]
        curves(row[0], shown, "cluster_accuracy", look, budget)
        curves(row[1], shown, "images_cluster", look, budget)
        row[0].set(ylabel="accuracy of cluster labels")
        row[0].yaxis.set_major_formatter(PercentFormatter(1, decimals=None))
        row[1].set(ylabel="images with a cluster label")
        row[1].yaxis.set_major_formatter("{x:,.0f}")
        row[1].set_ylim(bottom=0)
        for ax in row:
            ax.set_title(titles.get(dataset, dataset))
    one_legend(figure)
    return figure


def _grid(metrics: pd.DataFrame) -> tuple[Figure, list[list[Axes]], dict]:
    """Return a figure, its two panels for each data set, and the looks of the scenarios."""
    set_style()
    count = metrics["dataset"].nunique()
    look = looks(metrics)
    entries = len(look) + 1
    legend = 0.25 * max(ceil(entries / legend_columns(entries)), 2) + 0.2
    figure = Figure(figsize=(8.4, 3.2 * count + legend), layout="constrained")
    return figure, figure.subplots(count, 2, squeeze=False), look


def _small_multiples(metrics: pd.DataFrame, titles: dict[str, str], budget: Budget) -> Figure:
    """Return a figure with a panel for each scenario, the best scenario first."""
    set_style()
    sets = list(metrics.groupby("dataset", sort=False))
    down = [ceil(len(scenarios_of(part)) / ACROSS) for _, part in sets]
    figure = Figure(figsize=(8.4, 1.7 * sum(down) + 0.4 * len(sets) + 0.4), layout="constrained")
    parts = figure.subfigures(len(sets), 1, height_ratios=down, squeeze=False)[:, 0]
    for panel, rows, (dataset, part) in zip(parts, down, sets, strict=True):
        panel.suptitle(titles.get(dataset, dataset))
        axes = panel.subplots(rows, ACROSS, sharex=True, sharey=True, squeeze=False).ravel()
        runs = part[part["scenario"] != SUPERVISED]
        best = runs.groupby("scenario", sort=False)["test_accuracy"].mean()
        names = best.sort_values(ascending=False, kind="stable").index
        for ax, name in zip(axes, names):
            _panel(ax, runs, name, budget)
            _supervised(ax, part)
        for ax in axes[len(names) :]:
            ax.remove()
        for ax in axes[max(len(names) - ACROSS, 0) : len(names)]:  # the lowest of each column
            ax.tick_params(labelbottom=True)
        panel.supxlabel(budget.axis, fontsize="medium")
        panel.supylabel("test accuracy", fontsize="medium")
    one_legend(figure)
    return figure


def _panel(ax: Axes, runs: pd.DataFrame, name: str, budget: Budget) -> None:
    """Draw one scenario with a band of one sd over seeds, and the means of all others in gray."""
    others = runs[runs["scenario"] != name]
    means = others.groupby(["scenario", "budget"], as_index=False)["test_accuracy"].mean()
    for i, (_, curve) in enumerate(means.groupby("scenario")):
        label = "the other scenarios" if i == 0 else None
        ax.plot(curve["budget"], curve["test_accuracy"], color=GREY, lw=0.6, label=label)
    colour = sns.color_palette()[0]
    one = runs[runs["scenario"] == name]
    look = {"errorbar": "sd", "color": colour, "lw": 1.8, "legend": False}
    sns.lineplot(one, x="budget", y="test_accuracy", ax=ax, **look)
    label_axes(ax, "", budget)
    ax.set(xlabel="")
    ax.set_title(name, fontsize="small")
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=None))


def _supervised(ax: Axes, part: pd.DataFrame) -> None:
    """Draw the supervised mean as a line and its standard deviation as a band."""
    accuracy = part.loc[part["scenario"] == SUPERVISED, "test_accuracy"]
    if len(accuracy):
        mean, sd = accuracy.mean(), accuracy.std(ddof=1) if len(accuracy) > 1 else 0
        ax.axhline(mean, color="0.25", linestyle="--", linewidth=1.2, label="supervised")
        ax.axhspan(mean - sd, mean + sd, color="0.25", alpha=0.12, linewidth=0)


def _zoom(ax: Axes, part: pd.DataFrame) -> None:
    """Limit the axes to the top of the curves, and to the budgets where a curve is there.

    The baseline is shown only where curves come near it: otherwise it would take their space.
    """
    runs = part[part["scenario"] != SUPERVISED]
    if runs.empty:
        return
    means = runs.groupby(["scenario", "budget"], as_index=False)["test_accuracy"].mean()
    highest, lowest = means["test_accuracy"].max(), means["test_accuracy"].min()
    room = max(ZOOM * (highest - lowest), 0.02)
    last = means.sort_values("budget").groupby("scenario")["test_accuracy"].last()
    low = max(last.min(), highest - 0.8 * room)
    baseline = part.loc[part["scenario"] == SUPERVISED, "test_accuracy"].mean()
    top = baseline if highest <= baseline <= low + room else highest
    pad = 0.1 * room
    seen = means.loc[means["test_accuracy"] >= low - pad, "budget"]
    margin = max(0.03 * (seen.max() - seen.min()), min(0.03 * seen.max(), 1))
    ax.set_ylim(low - pad, min(top + pad, 1.002))
    ax.set_xlim(seen.min() - margin, np.max(means["budget"]) + margin)
