"""Figures 2 and 3: accuracy and cluster labels against interactions, or against hours."""

from math import ceil

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cbal.results.budgets import INTERACTIONS, Budget
from cbal.results.figures.style import (
    GREY,
    curves,
    label_axes,
    legend_columns,
    looks,
    one_legend,
    percent,
    percent_axis,
    scenarios_of,
    set_style,
)
from cbal.results.goals import goals_of
from cbal.storage.paths import BASELINE

MOST = 8  # scenarios in one panel; more curves are hard to tell apart
ACROSS = 4  # panels of small multiples side by side
FLAT = 0.5  # a scenario that more than doubles the range of all others is cut off their panels
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
            percent_axis(ax)
        row[0].set_title(titles.get(dataset, dataset))
        row[1].set_title(f"{titles.get(dataset, dataset)}, zoomed to the top")
        _zoom(row[1], part)
    one_legend(figure)
    return figure


def clusters_figure(
    metrics: pd.DataFrame, titles: dict[str, str], budget: Budget = INTERACTIONS
) -> Figure:
    """Return Figure 3: accuracy (left) and number (right) of cluster-labeled images.

    Of more than `MOST` scenarios with clusters, those that label most images have colours, and the
    others are gray.
    """
    figure, axes, look = _grid(_most_labels(metrics))
    for row, (dataset, part) in zip(axes, metrics.groupby("dataset", sort=False), strict=True):
        shown = part[part["interactions_cluster"] > 0]
        for ax, y in zip(row, ("cluster_accuracy", "images_cluster"), strict=True):
            _in_gray(ax, shown[~shown["scenario"].isin(look)], y)
            curves(ax, shown[shown["scenario"].isin(look)], y, look, budget)
        row[0].set(ylabel="accuracy of cluster labels")
        percent_axis(row[0])
        row[1].set(ylabel="images with a cluster label")
        row[1].yaxis.set_major_formatter("{x:,.0f}")
        if row[1].get_ylim()[0] < row[1].get_ylim()[1] / 2:  # else the curves' shape is lost
            row[1].set_ylim(bottom=0)
        for ax in row:
            ax.set_title(titles.get(dataset, dataset))
    one_legend(figure)
    return figure


def _most_labels(metrics: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the scenarios that have colours in Figure 3."""
    labels = metrics[metrics["interactions_cluster"] > 0].groupby("scenario")["images_cluster"]
    most = labels.mean().sort_values(ascending=False, kind="stable").index[:MOST]
    few = labels.ngroups <= MOST
    return metrics if few else metrics[metrics["scenario"].isin([BASELINE, *most])]


def _in_gray(ax: Axes, runs: pd.DataFrame, y: str) -> None:
    """Draw the means of scenarios as thin gray lines, with one entry in the legend."""
    means = runs.groupby(["scenario", "budget"], as_index=False)[y].mean()
    for i, (_, curve) in enumerate(means.groupby("scenario")):
        label = "the other scenarios" if i == 0 else None
        ax.plot(curve["budget"], curve[y], color=GREY, lw=0.6, label=label)


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
    """Return a figure with a panel for each scenario, the best scenario first.

    A scenario far below all others would flatten them: its panel says where it is instead.
    """
    set_style()
    sets = list(metrics.groupby("dataset", sort=False))
    down = [ceil(len(scenarios_of(part)) / ACROSS) for _, part in sets]
    figure = Figure(figsize=(8.4, 1.7 * sum(down) + 0.4 * len(sets) + 0.4), layout="constrained")
    parts = figure.subfigures(len(sets), 1, height_ratios=down, squeeze=False)[:, 0]
    for panel, rows, (dataset, part) in zip(parts, down, sets, strict=True):
        panel.suptitle(titles.get(dataset, dataset))
        axes = panel.subplots(rows, ACROSS, sharex=True, sharey=True, squeeze=False).ravel()
        runs = part[part["scenario"] != BASELINE]
        best = runs.groupby("scenario", sort=False)["test_accuracy"].mean()
        names = best.sort_values(ascending=False, kind="stable").index
        below = _far_below(runs)
        for ax, name in zip(axes, names):
            _panel(ax, runs, name, budget)
            _supervised(ax, part)
            if name in below:
                low, high = (percent(round(share, 3)) for share in below[name])
                ax.annotate(
                    f"below the scale:\n{low} to {high}",
                    (0.5, 0.06),
                    xycoords="axes fraction",
                    ha="center",
                    fontsize="small",
                )
        if below:
            rest = runs[~runs["scenario"].isin(below)]["test_accuracy"]
            axes[0].set_ylim(bottom=rest.min() - 0.1 * (rest.max() - rest.min()))
        for ax in axes[len(names) :]:
            ax.remove()
        for ax in axes[max(len(names) - ACROSS, 0) : len(names)]:  # the lowest of each column
            ax.tick_params(labelbottom=True)
        panel.supxlabel(budget.axis, fontsize="medium")
        panel.supylabel("test accuracy", fontsize="medium")
    one_legend(figure)
    return figure


def _far_below(runs: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Return the lowest and highest mean accuracy of scenarios that would flatten all others.

    Such a scenario is below all others everywhere, and the range of accuracies without it is less
    than `FLAT` of that with it. At most a quarter of the scenarios are named.
    """
    means = runs.groupby(["scenario", "budget"])["test_accuracy"].mean()
    ends = means.groupby("scenario").agg(["min", "max"]).sort_values("max", kind="stable")
    found = {}
    for name, (low, high) in ends.head(len(ends) // 4).iterrows():
        rest = ends.drop([*found, name])
        lowest, highest = rest["min"].min(), rest["max"].max()
        if high >= lowest or highest - lowest >= FLAT * (highest - low):
            break
        found[name] = (low, high)
    return found


def _panel(ax: Axes, runs: pd.DataFrame, name: str, budget: Budget) -> None:
    """Draw one scenario with a band of one sd over seeds, and the means of all others in gray."""
    _in_gray(ax, runs[runs["scenario"] != name], "test_accuracy")
    colour = sns.color_palette()[0]
    one = runs[runs["scenario"] == name]
    look = {"errorbar": "sd", "color": colour, "lw": 1.8, "legend": False}
    sns.lineplot(one, x="budget", y="test_accuracy", ax=ax, **look)
    label_axes(ax, "", budget)
    ax.set(xlabel="")
    ax.set_title(name, fontsize="small")
    percent_axis(ax)


def _supervised(ax: Axes, part: pd.DataFrame) -> None:
    """Draw the supervised mean as a line with its standard deviation as a band, and the goal."""
    accuracy = part.loc[part["scenario"] == BASELINE, "test_accuracy"]
    if len(accuracy):
        mean, sd = accuracy.mean(), accuracy.std(ddof=1) if len(accuracy) > 1 else 0
        ax.axhline(mean, color="0.25", linestyle="--", linewidth=1.2, label="supervised")
        ax.axhspan(mean - sd, mean + sd, color="0.25", alpha=0.12, linewidth=0)
        goal = goals_of(accuracy)[0]
        ax.axhline(goal.accuracy, color="0.25", linestyle=":", linewidth=1.2, label=goal.words)


def _zoom(ax: Axes, part: pd.DataFrame) -> None:
    """Limit the axes to the top of the curves, and to the budgets where a curve is there.

    The baseline is shown only where curves come near it: otherwise it would take their space.
    """
    runs = part[part["scenario"] != BASELINE]
    if runs.empty:
        return
    means = runs.groupby(["scenario", "budget"], as_index=False)["test_accuracy"].mean()
    highest, lowest = means["test_accuracy"].max(), means["test_accuracy"].min()
    room = max(ZOOM * (highest - lowest), 0.02)
    last = means.sort_values("budget").groupby("scenario")["test_accuracy"].last()
    low = max(last.min(), highest - 0.8 * room)
    baseline = part.loc[part["scenario"] == BASELINE, "test_accuracy"].mean()
    top = baseline if highest <= baseline <= low + 1.5 * room else highest
    pad = 0.1 * room
    seen = means.loc[means["test_accuracy"] >= low - pad, "budget"]
    margin = max(0.03 * (seen.max() - seen.min()), min(0.03 * seen.max(), 1))
    ax.set_ylim(low - pad, min(top + pad, 1.002))
    ax.set_xlim(seen.min() - margin, np.max(means["budget"]) + margin)
