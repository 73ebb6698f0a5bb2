"""Parts that all figures use: theme, look of each scenario, legends, and saving."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cbal.log import say
from cbal.results.budgets import INTERACTIONS, Budget, with_budget
from cbal.storage.files import atomic, metadata_of, read_table
from cbal.storage.paths import BASELINE

PALETTE = "colorblind"  # ten colours that colour-blind people can tell apart
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "p", "<", ">", "h", "H"]
GREY = "0.75"
# The paper's scenarios look the same in all figures of all sweeps: colour and marker by number.
PAPER = ("random", "uncertain", "cluster", "uncertain+cluster", "cluster+uncertain")
OTHERS = (5, 9, 7, 8, 6)  # colours of the palette for other scenarios, the clearest first
SINGLE = (4, 1.2)  # dashes, in widths of the line
BAND = 0.15  # opacity of a band: five of them may overlap


def set_style() -> None:
    """Set fonts, lines and grid for print. A `$` in a title or a class name is no formula."""
    plain = {"text.parse_math": False}
    sns.set_theme(context="paper", style="whitegrid", palette=PALETTE, font_scale=1.1, rc=plain)


def read_metrics(path: Path, budget: Budget = INTERACTIONS) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return a sweep's metrics, and the titles of its data sets.

    The column `budget` is added: the mean over seeds of the interactions, or hours, so far. It is
    the x of a round, also where an empty cluster makes seeds differ.
    """
    table = read_table(path)
    metrics, left_out = with_budget(table.to_pandas(), budget)
    if left_out:
        say(f"left out, since their {budget.name} are not known: {', '.join(left_out)}")
    rounds = metrics.groupby(["dataset", "scenario", "round"])[budget.name]
    return metrics.assign(budget=rounds.transform("mean")), metadata_of(table).get("titles", {})


def scenarios_of(metrics: pd.DataFrame) -> list[str]:
    """Return the scenarios in the order of their first rows, without the baseline."""
    return [name for name in metrics["scenario"].unique() if name != BASELINE]


def looks(metrics: pd.DataFrame) -> dict[str, dict]:
    """Return the colour, marker and dashes of each scenario, the same in all figures.

    The paper's scenarios keep theirs in every sweep. Others take what is free. With more scenarios
    than the palette has colours, colours are spread evenly. Lines of scenarios that ask for no
    clusters are dashed, which is seen in print without colours too.
    """
    names = scenarios_of(metrics)
    single = []
    if "interactions_cluster" in metrics:
        most = metrics.groupby("scenario")["interactions_cluster"].max()
        single = list(most.index[most == 0])
    palette = sns.color_palette(PALETTE)
    if len(names) > len(palette):
        places, palette = dict(zip(names, range(len(names)))), sns.color_palette("husl", len(names))
    else:
        free = [*OTHERS, *(i for i, name in enumerate(PAPER) if name not in names)]
        others = dict(zip((name for name in names if name not in PAPER), free))
        places = {name: others[name] if name in others else PAPER.index(name) for name in names}
    return {
        name: {
            "color": palette[place],
            "marker": MARKERS[place % len(MARKERS)],
            "dashes": SINGLE if name in single else "",
        }
        for name, place in places.items()
    }


def curves(
    ax: Axes,
    metrics: pd.DataFrame,
    y: str,
    look: dict[str, dict],
    budget: Budget = INTERACTIONS,
) -> None:
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
        dashes={name: look[name]["dashes"] for name in names},
        errorbar="sd",
        err_kws={"alpha": BAND},
        ax=ax,
    )
    ax.get_legend().remove()
    label_axes(ax, y.replace("_", " "), budget)


def label_axes(ax: Axes, y: str, budget: Budget = INTERACTIONS) -> None:
    """Name the axes of a budget curve."""
    ax.set(xlabel=budget.axis, ylabel=y)
    if budget is INTERACTIONS:
        ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))


def percent_axis(ax: Axes) -> None:
    """Write the numbers of the y-axis as percent, with no more digits than they have."""
    ax.yaxis.set_major_formatter(lambda share, _: percent(share))


def percent(share: float) -> str:
    """Return a share as percent, such as 92.5%."""
    return f"{100 * share:.4g}%"


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
