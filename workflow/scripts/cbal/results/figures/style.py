"""Parts that all figures use: theme, look of each scenario, legends, and saving."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cbal.storage.files import atomic, metadata_of, read_table
from cbal.storage.paths import BASELINE

PALETTE = "colorblind"  # ten colours that colour-blind people can tell apart
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "p", "h"]
GREY = "0.75"


def set_style() -> None:
    """Set fonts, lines and grid for print. A `$` in a title or a class name is no formula."""
    plain = {"text.parse_math": False}
    sns.set_theme(context="paper", style="whitegrid", palette=PALETTE, font_scale=1.1, rc=plain)


def read_metrics(path: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return a sweep's metrics, and the titles of its data sets.

    The column `budget` is added: the mean over seeds of the interactions so far. It is the x of a
    round, also where an empty cluster makes seeds differ.
    """
    table = read_table(path)
    metrics = table.to_pandas()
    rounds = metrics.groupby(["dataset", "scenario", "round"])["interactions"]
    return metrics.assign(budget=rounds.transform("mean")), metadata_of(table).get("titles", {})


def scenarios_of(metrics: pd.DataFrame) -> list[str]:
    """Return the scenarios in the order of their first rows, without the baseline."""
    return [name for name in metrics["scenario"].unique() if name != BASELINE]


def looks(metrics: pd.DataFrame) -> dict[str, dict]:
    """Return the colour and marker of each scenario, the same in all figures."""
    names = scenarios_of(metrics)
    few = len(names) <= len(sns.color_palette(PALETTE))
    colours = sns.color_palette(PALETTE if few else "husl", len(names))
    return {
        name: {"color": colour, "marker": MARKERS[i % len(MARKERS)]}
        for i, (name, colour) in enumerate(zip(names, colours, strict=True))
    }


def curves(ax: Axes, metrics: pd.DataFrame, y: str, look: dict[str, dict]) -> None:
    """Draw the mean and standard deviation of `y` over seeds against the budget."""
    shown = metrics[(metrics["scenario"] != BASELINE) & metrics[y].notna()]
    if shown.empty:
        ax.text(0.5, 0.5, "nothing to show in this sweep", ha="center", transform=ax.transAxes)
        return
    names = scenarios_of(shown)
    sns.lineplot(
        shown,
        x="budget",
        y=y,
        hue="scenario",
        style="scenario",
        hue_order=names,
        style_order=names,
        palette={name: look[name]["color"] for name in names},
        markers={name: look[name]["marker"] for name in names},
        dashes=False,
        errorbar="sd",
        ax=ax,
    )
    ax.get_legend().remove()
    label_axes(ax, y.replace("_", " "))


def label_axes(ax: Axes, y: str) -> None:
    """Name the axes of a budget curve."""
    ax.set(xlabel="human interactions", ylabel=y)
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))


def legend_columns(entries: int) -> int:
    """Return the number of columns of a legend with a number of entries."""
    return min(entries, 3 if entries <= 9 else 4)


def one_legend(figure: Figure) -> None:
    """Add one legend for all panels, below them."""
    entries = {}
    for ax in figure.axes:
        entries |= dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    if entries:
        columns = legend_columns(len(entries))
        place = "outside lower center"
        figure.legend(entries.values(), entries.keys(), loc=place, ncols=columns)


def save(figure: Figure, paths: Sequence[Path]) -> None:
    """Save a figure to each path, whole or not at all, in the format of the path's suffix."""
    for path in paths:
        form = path.suffix[1:]
        dateless = {"CreationDate": None} if form == "pdf" else None
        with atomic(path) as temporary:
            figure.savefig(temporary, format=form, dpi=200, metadata=dateless)
