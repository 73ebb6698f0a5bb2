"""Forest plot: the interactions that each scenario needs to reach the goal, seed by seed."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cbal.results.budgets import INTERACTIONS, Budget
from cbal.results.figures.style import GREY, one_legend, set_style
from cbal.results.goals import goals_of, reached
from cbal.storage.paths import BASELINE

HEIGHT = 0.7  # of a scenario's row that its seeds take
ALIKE = 0.95  # share of the longest run from which on all runs are as long
COLUMNS = ["scenario", "seed", "needed", "asked"]


def needed_by_seed(metrics: pd.DataFrame, budget: Budget = INTERACTIONS) -> pd.DataFrame:
    """Return the interactions, or hours, that each run of a data set needed to reach the goal.

    The goal is the first one of `goals.goals_of`: within 0.01 of the supervised mean.

    Args:
        metrics: rows of a sweep's `metrics.parquet` of one data set, with its baseline.
        budget: what the effort is counted in.

    Returns:
        Columns scenario, seed, needed (NaN where the run did not reach the goal), asked (the
        whole budget of the run). The scenario that needs least is first; of scenarios that some
        seeds did not reach, the one that more seeds reached, then the more accurate one.
    """
    baseline = metrics["scenario"] == BASELINE
    goal = goals_of(metrics.loc[baseline, "test_accuracy"])[0].accuracy
    rows, last = [], {}
    for (scenario, seed), run in metrics[~baseline].groupby(["scenario", "seed"], sort=False):
        curve = run.sort_values("round")
        budgets, accuracy = curve[budget.name].to_numpy(float), curve["test_accuracy"]
        rows.append((scenario, seed, reached(budgets, accuracy.to_numpy(), goal), budgets[-1]))
        last.setdefault(scenario, []).append(accuracy.iloc[-1])
    needed = pd.DataFrame(rows, columns=COLUMNS)

    def rank(scenario: str) -> tuple[float, float, float]:
        of = needed.loc[needed["scenario"] == scenario, "needed"]
        return of.isna().mean(), np.inf if of.isna().all() else of.mean(), -np.mean(last[scenario])

    order = {name: i for i, name in enumerate(sorted(needed["scenario"].unique(), key=rank))}
    return needed.sort_values("scenario", key=lambda names: names.map(order), kind="stable")


def forest_figure(
    metrics: pd.DataFrame, titles: dict[str, str], budget: Budget = INTERACTIONS
) -> Figure:
    """Return the forest plot, one panel for each data set that has a supervised baseline.

    A point is a seed, a diamond the mean of the seeds that reached the goal, with their standard
    deviation. An arrow is a seed whose run ended before the goal, and where it ended; if all ended
    there, it is a dashed line. At the right is how many of the seeds reached the goal.
    """
    measured = metrics[metrics["test_accuracy"].notna()]
    sets = [
        (dataset, needed_by_seed(part, budget))
        for dataset, part in measured.groupby("dataset", sort=False)
        if part["scenario"].eq(BASELINE).any() and not part["scenario"].eq(BASELINE).all()
    ]
    if not sets:
        figure = Figure(figsize=(8.4, 1))
        figure.suptitle("No supervised baseline, so no goal to reach")
        return figure
    set_style()
    most = max(needed["scenario"].nunique() for _, needed in sets)
    down = -(-len(sets) // 2)
    size = (8.4, down * (0.26 * most + 1.1) + 0.6)
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(down, min(len(sets), 2), squeeze=False).ravel()
    for ax, (dataset, needed) in zip(panels, sets):
        _panel(ax, needed, budget)
        ax.set_title(titles.get(dataset, dataset))
    for ax in panels[len(sets) :]:
        ax.remove()
    one_legend(figure)
    return figure


def _panel(ax: Axes, needed: pd.DataFrame, budget: Budget) -> None:
    """Draw the scenarios from top to bottom, and within each its seeds."""
    names = list(needed["scenario"].unique())
    within = needed.groupby("scenario").cumcount() / needed.groupby("scenario")["seed"].transform(
        "count"
    )
    y = (needed["scenario"].map(names.index) + HEIGHT * (within - within.mean())).to_numpy()
    ok = needed["needed"].notna().to_numpy()
    ax.plot(needed["needed"][ok], y[ok], "o", color=GREY, mec="0.4", ms=4, label="a seed")
    reached_by = needed.groupby("scenario", sort=False)["needed"].agg(["mean", "std"])
    ax.errorbar(
        reached_by["mean"],
        range(len(names)),
        xerr=reached_by["std"].fillna(0),
        fmt="D",
        color=sns.color_palette()[0],
        ms=5,
        capsize=2.5,
        label="mean and sd of the seeds that reached the goal",
    )
    end = needed["asked"].max()
    arrow = {"marker": ">", "mfc": "none", "mec": "0.25", "ls": "none", "ms": 4.5}
    not_reached = needed["asked"][~ok] + 0.05 * end
    ax.plot(not_reached, y[~ok], label="a seed that did not reach it", clip_on=False, **arrow)
    if needed["asked"].min() > ALIKE * end:
        ax.axvline(end, color=GREY, lw=0.8, ls="--")
    beside = {"xycoords": ("axes fraction", "data"), "va": "center", "fontsize": "small"}
    ax.annotate("reached", (1.01, -0.75), **beside)
    for i, (_, of) in enumerate(needed.groupby("scenario", sort=False)["needed"]):
        ax.annotate(f"{of.notna().sum()} of {len(of)}", (1.01, i), **beside)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_xlim(0, 1.1 * end)
    ax.set_xlabel(f"{budget.axis} to the goal")
    ax.xaxis.set_major_formatter("{x:,.0f}" if budget is INTERACTIONS else "{x:,.2g}")
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
