"""Is a cluster worth its seconds? A figure from the curves that `benchmarks.annotators` writes.

At an accuracy that single images reach after I answers, and a scenario with clusters after i
images and c clusters, a cluster is worth (I - i) / c images. It pays where it costs less.
Run it with `PYTHONPATH=workflow/scripts python -m benchmarks.break_even CURVES... --out FIGURE`.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.annotators import QUICK, SLOW
from cbal.pool.costs import Costs
from cbal.results.figures.style import one_legend, set_style

ORACLES = ["usual", "sees 9, nearest", "takes out, purity 0.6"]
MODELS = {"quick": (QUICK, ":"), "hours": (Costs(), "--"), "slow": (SLOW, "-.")}
NAMES = {"quick": "quick model", "hours": "the defaults", "slow": "slow model"}
STEPS = 40  # accuracies at which a curve is computed


def worth(curves: pd.DataFrame, single: pd.DataFrame) -> pd.DataFrame:
    """Return what a cluster is worth and costs, in images, at the accuracies that both reach.

    Args:
        curves: rounds of one scenario with clusters and one oracle, all seeds.
        single: rounds of `uncertain` by an annotator who is never wrong, the same seeds.

    Returns:
        Columns accuracy, worth, and the cost under each model. Rows are means over seeds; the
        accuracies are those that all seeds of both have passed.
    """
    low = max(run["accuracy"].iloc[0] for run in _runs(curves) + _runs(single))
    high = min(run["accuracy"].max() for run in _runs(curves) + _runs(single))
    if low >= high:
        return pd.DataFrame(columns=["accuracy", "worth", *MODELS])
    at = np.linspace(low, high, STEPS)
    of_seeds = []
    for run, other in zip(_runs(curves), _runs(single), strict=True):
        clusters = _at(run, "clusters", at)
        images = _at(run, "interactions", at) - clusters
        table = {"accuracy": at, "worth": (_at(other, "interactions", at) - images) / clusters}
        for model, (costs, _) in MODELS.items():
            of_clusters = 3600 * _at(run, model, at) - costs.image * images
            table[model] = of_clusters / clusters / costs.image
        of_seeds.append(pd.DataFrame(table))
    return sum(of_seeds) / len(of_seeds)


def _runs(curves: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the rounds of each seed."""
    return [run.sort_values("round") for _, run in curves.groupby("seed")]


def _at(run: pd.DataFrame, column: str, accuracy: np.ndarray) -> np.ndarray:
    """Return a column where the best accuracy so far reaches some values, between two rounds."""
    best = np.maximum.accumulate(run["accuracy"].to_numpy())
    first = np.concatenate([[True], np.diff(best) > 0])
    return np.interp(accuracy, best[first], run[column].to_numpy()[first])


def draw(ax: Axes, curves: pd.DataFrame) -> None:
    """Draw the oracles of one data set and scenario against `uncertain`."""
    single = curves[(curves["scenario"] == "uncertain") & (curves["oracle"] == "usual")]
    for number, oracle in enumerate(ORACLES):
        part = curves[(curves["scenario"] == "uncertain+cluster") & (curves["oracle"] == oracle)]
        table = worth(part, single)
        look = {"color": f"C{number}"}
        ax.plot(table["accuracy"], table["worth"], lw=2, label=f"worth: {oracle}", **look)
        for model, (_, dashes) in MODELS.items():
            ax.plot(table["accuracy"], table[model], dashes, lw=1, **look)
    for model, (_, dashes) in MODELS.items():
        ax.plot([], [], dashes, lw=1, color="0.3", label=f"costs: {NAMES[model]}")
    ax.set_yscale("symlog", linthresh=1)
    ax.axhline(0, color="0.3", lw=0.8)
    ax.set_xlabel("accuracy reached")
    ax.set_ylabel("images a cluster")
    ax.yaxis.set_major_formatter("{x:g}")


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line and draw a panel for each data set."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("curves", type=Path, nargs="+", help="written by `benchmarks.annotators`")
    cli.add_argument("--titles", nargs="*", help="of the panels")
    cli.add_argument("--out", type=Path, required=True)
    arguments = cli.parse_args(argv)
    set_style()
    figure = Figure(figsize=(4.2 * len(arguments.curves), 3.6), layout="constrained")
    panels = figure.subplots(1, len(arguments.curves), squeeze=False)[0]
    for number, (ax, path) in enumerate(zip(panels, arguments.curves)):
        curves = pd.read_parquet(path)
        draw(ax, curves)
        titles = arguments.titles or []
        ax.set_title(titles[number] if number < len(titles) else curves["data"].iloc[0])
    one_legend(figure)
    figure.savefig(arguments.out, dpi=150)


if __name__ == "__main__":
    main()
