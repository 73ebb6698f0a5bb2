"""Figure of the two kinds of uncertainty of the unlabeled pool, round by round."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cbal.results.figures.style import curves, looks, one_legend, set_style
from cbal.storage.files import metadata_of, read_table

PANELS = {
    "aleatoric": "expected entropy (nats):\nlooks like several classes",
    "epistemic": "mutual information (nats):\nthe models disagree",
}


def means_of(paths: Iterable[Path]) -> pd.DataFrame:
    """Return the mean of each kind over the unlabeled pool, one row per `uncertainty.parquet`."""
    rows = []
    for path in paths:
        table = read_table(path, list(PANELS))
        if len(table):
            means = {name: table[name].to_numpy().mean(dtype=float) for name in PANELS}
            rows.append(metadata_of(table) | means)
    return pd.DataFrame(rows, columns=["dataset", "scenario", "seed", "round", *PANELS])


def uncertainty_figure(means: pd.DataFrame, titles: dict[str, str]) -> Figure:
    """Return the figure: a row for each data set, aleatoric left and epistemic right.

    Args:
        means: rows of `means_of`.
        titles: of the data sets.
    """
    set_style()
    if means.empty:
        figure = Figure(figsize=(8.4, 1))
        figure.suptitle("No pool was left whose uncertainty could be measured")
        return figure
    means = means.assign(budget=means["round"])
    count, look = means["dataset"].nunique(), looks(means)
    figure = Figure(figsize=(8.4, 3.2 * count + 0.7), layout="constrained")
    axes = figure.subplots(count, 2, squeeze=False)
    for row, (dataset, part) in zip(axes, means.groupby("dataset", sort=False), strict=True):
        for ax, (name, label) in zip(row, PANELS.items(), strict=True):
            curves(ax, part, name, look)
            ax.set(xlabel="round", ylabel=label, title=titles.get(dataset, dataset))
            ax.set_ylim(bottom=0)
            ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    one_legend(figure)
    return figure
