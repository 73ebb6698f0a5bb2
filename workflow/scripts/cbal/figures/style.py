"""What all figures share: colours, markers, fonts, and how they are saved."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cbal.figures.columns import Columns, columns_of, groups, mean_and_sd, rows
from cbal.files import atomic, metadata_of, read_table
from cbal.gathering import SUPERVISED

# Seaborn's `colorblind`: told apart with any eyes.
COLOURS = ["#0173b2", "#de8f05", "#029e73", "#d55e00", "#cc78bc"]
COLOURS += ["#ca9161", "#fbafe4", "#949494", "#ece133", "#56b4e9"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "p", "h"]


def set_style() -> None:
    """Set fonts, lines and grid for print."""
    matplotlib.rcParams.update(_white_grid(font_scale=1.1))


def _white_grid(font_scale: float) -> dict[str, object]:
    """Return Matplotlib's settings for seaborn's style `whitegrid` on paper."""
    small, dark, light = 8.8 * font_scale, "0.15", "0.8"
    return {
        "font.sans-serif": ["Arial", "DejaVu Sans"],
        "font.size": 9.6 * font_scale,
        "axes.titlesize": "medium",
        "legend.fontsize": small,
        "text.color": dark,
        "axes.labelcolor": dark,
        "axes.edgecolor": light,
        "axes.linewidth": 1,
        "axes.axisbelow": True,
        "axes.grid": True,
        "grid.color": light,
        "lines.linewidth": 1.2,
        "lines.solid_capstyle": "round",
        "patch.linewidth": 0.8,
        "xtick.color": dark,
        "ytick.color": dark,
        "xtick.labelsize": small,
        "ytick.labelsize": small,
        # Ticks are not drawn, but their size keeps the numbers off the axes.
        "xtick.bottom": False,
        "ytick.left": False,
        "xtick.major.size": 4.8,
        "ytick.major.size": 4.8,
    }


def read_metrics(path: Path) -> tuple[Columns, dict[str, str]]:
    """Return a sweep's metrics, and the titles of its data sets.

    `budget` is the mean over seeds of the interactions so far: the x of a round, also
    where seeds differ by an empty cluster.
    """
    table = read_table(path)
    metrics = columns_of(table)
    keys = list(zip(metrics["dataset"], metrics["scenario"], metrics["round"]))
    number = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    of_round = np.array([number[key] for key in keys])
    mean = np.bincount(of_round, metrics["interactions"]) / np.bincount(of_round)
    return metrics | {"budget": mean[of_round]}, metadata_of(table).get("titles", {})


def looks(metrics: Columns) -> dict[str, dict]:
    """Return the colour and marker of each scenario, the same in all figures."""
    names = [name for name, _ in groups(metrics, "scenario") if name != SUPERVISED]
    colours = COLOURS
    if len(names) > len(COLOURS):
        colours = matplotlib.colormaps["turbo"](np.linspace(0.05, 0.95, len(names)))
    return {
        name: {"color": colours[i], "marker": MARKERS[i % len(MARKERS)]}
        for i, name in enumerate(names)
    }


def curves(ax: Axes, metrics: Columns, y: str, look: dict[str, dict]) -> None:
    """Draw mean and standard deviation over seeds of `y` against the budget."""
    shown = rows(metrics, (metrics["scenario"] != SUPERVISED) & ~np.isnan(metrics[y]))
    if not len(shown[y]):
        ax.text(0.5, 0.5, "nothing to show in this sweep", ha="center", transform=ax.transAxes)
        return
    alpha = 0.2 if len(look) <= len(COLOURS) else 0.06  # many bands on top of each other hide all
    edge = {"markersize": 5, "markeredgecolor": "white", "markeredgewidth": 0.75}
    for scenario, runs in groups(shown, "scenario"):
        budget, mean, sd = mean_and_sd(runs["budget"], runs[y])
        ax.plot(budget, mean, label=scenario, **look[scenario], **edge)
        ax.fill_between(budget, mean - sd, mean + sd, color=look[scenario]["color"], alpha=alpha)
    ax.set(xlabel="human interactions", ylabel=y.replace("_", " "))
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))


def legend_columns(entries: int) -> int:
    """Return how many columns a legend of so many entries has."""
    return min(entries, 3 if entries <= 9 else 4)


def one_legend(figure: Figure) -> None:
    """Add one legend of all panels below them."""
    entries = {}
    for ax in figure.axes:
        entries |= dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    if not entries:
        return
    figure.legend(
        entries.values(),
        entries.keys(),
        loc="outside lower center",
        ncols=legend_columns(len(entries)),
    )


def save(figure: Figure, paths: Sequence[Path]) -> None:
    """Save a figure under each path, whole or not at all, in the format of its suffix."""
    for path in paths:
        form = path.suffix[1:]
        dateless = {"CreationDate": None} if form == "pdf" else None
        with atomic(path) as temporary:
            figure.savefig(temporary, format=form, dpi=200, metadata=dateless)
