"""What all figures share: colours, markers, fonts, and how they are saved."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
import pandas as pd  # noqa: E402
import seaborn as sns  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

from cbal.files import atomic, metadata_of, read_table  # noqa: E402
from cbal.gathering import SUPERVISED  # noqa: E402

MARKERS = ["o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "p", "h"]


def set_style() -> None:
    """Set fonts, lines and grid for print."""
    sns.set_theme(context="paper", style="whitegrid", palette="colorblind", font_scale=1.1)


def read_metrics(path: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return a sweep's metrics, and the titles of its data sets.

    `budget` is the mean over seeds of the interactions so far: the x of a round, also
    where seeds differ by an empty cluster.
    """
    table = read_table(path)
    metrics = table.to_pandas()
    keys = ["dataset", "scenario", "round"]
    metrics["budget"] = metrics.groupby(keys)["interactions"].transform("mean")
    return metrics, metadata_of(table).get("titles", {})


def looks(metrics: pd.DataFrame) -> dict[str, dict]:
    """Return the colour and marker of each scenario, the same in all figures."""
    names = [n for n in metrics["scenario"].unique() if n != SUPERVISED]
    colours = sns.color_palette("colorblind" if len(names) <= 10 else "husl", len(names))
    return {
        "palette": dict(zip(names, colours, strict=True)),
        "markers": {name: MARKERS[i % len(MARKERS)] for i, name in enumerate(names)},
    }


def curves(ax: Axes, metrics: pd.DataFrame, y: str, look: dict[str, dict]) -> None:
    """Draw mean and standard deviation over seeds of `y` against the budget."""
    metrics = metrics[(metrics["scenario"] != SUPERVISED) & metrics[y].notna()]
    if metrics.empty:
        ax.text(0.5, 0.5, "nothing to show in this sweep", ha="center", transform=ax.transAxes)
        return
    present = list(metrics["scenario"].unique())
    sns.lineplot(
        metrics,
        x="budget",
        y=y,
        hue="scenario",
        style="scenario",
        hue_order=present,
        style_order=present,
        palette={name: look["palette"][name] for name in present},
        markers={name: look["markers"][name] for name in present},
        dashes=False,
        errorbar="sd",
        markersize=5,
        ax=ax,
        legend=True,
    )
    ax.set(xlabel="human interactions", ylabel=y.replace("_", " "))
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))


def one_legend(figure: Figure) -> None:
    """Replace the legends of all panels by one below them."""
    entries = {}
    for ax in figure.axes:
        entries |= dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
        if ax.get_legend():
            ax.get_legend().remove()
    if not entries:
        return
    figure.legend(
        entries.values(), entries.keys(), loc="outside lower center", ncols=min(len(entries), 3)
    )


def save(figure: Figure, paths: Sequence[Path]) -> None:
    """Save a figure under each path, whole or not at all, in the format of its suffix."""
    for path in paths:
        form = path.suffix[1:]
        dateless = {"CreationDate": None} if form == "pdf" else None
        with atomic(path) as temporary:
            figure.savefig(temporary, format=form, dpi=200, metadata=dateless)
    plt.close(figure)
