"""The table of a sweep: accuracies, areas under budget curves, and interactions needed."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cbal.results import markdown
from cbal.results.goals import WITHIN, Goal, goals_of, reached, saved, sd
from cbal.results.markdown import mean_and_spread
from cbal.storage.paths import BASELINE
from cbal.wording import counted


def area(interactions: np.ndarray, accuracy: np.ndarray, low: float, high: float) -> float:
    """Return the mean height of a budget curve between two budgets.

    It is the area under the curve (trapezoids) divided by `high - low`, and so an accuracy.

    Args:
        interactions: float[n], ascending budgets.
        accuracy: float[n], accuracy at each.
        low, high: budgets within the curve.
    """
    if high <= low:
        return float(np.interp(low, interactions, accuracy))
    inner = interactions[(interactions > low) & (interactions < high)]
    x = np.concatenate([[low], inner, [high]])
    y = np.interp(x, interactions, accuracy)
    return float(np.sum((y[1:] + y[:-1]) / 2 * np.diff(x)) / (high - low))


def common_budgets(runs: pd.DataFrame) -> tuple[float, float]:
    """Return the lowest and the highest budget common to all runs; NaN if there is none."""
    ends = runs.groupby(["scenario", "seed"])["interactions"].agg(["min", "max"])
    low, high = float(ends["min"].max()), float(ends["max"].min())
    return (low, high) if low <= high else (np.nan, np.nan)


def what_areas_cover(low: float, high: float) -> str:
    """Return a sentence that says which budgets areas cover, see `common_budgets`."""
    if np.isnan(low):
        return "There is no budget that all runs have, so no area."
    return f"Areas cover {low:,.0f} to {high:,.0f} interactions, which all runs have."


def areas(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the area under the budget curve of each run, over the budgets common to all runs.

    Args:
        runs: rows of a sweep's `metrics.parquet` of one data set, without its baseline.

    Returns:
        Columns scenario, seed, area (NaN if no budget is common to all runs). Scenarios and
        seeds are in the order of their first rows.
    """
    low, high = common_budgets(runs)
    rows = []
    for (scenario, seed), run in runs.groupby(["scenario", "seed"], sort=False):
        curve = run.sort_values("round")
        budgets, accuracy = curve["interactions"].to_numpy(float), curve["test_accuracy"].array
        value = np.nan if np.isnan(low) else area(budgets, accuracy, low, high)
        rows.append({"scenario": scenario, "seed": seed, "area": value})
    return pd.DataFrame(rows, columns=["scenario", "seed", "area"])


def summarise(metrics: pd.DataFrame, within: float = WITHIN) -> pd.DataFrame:
    """Return one row for each data set and scenario, with means and sample sd over seeds.

    There are two goals, see `goals.goals_of`. All areas of a data set cover the budgets common to
    its runs.

    Args:
        metrics: a sweep's `metrics.parquet`.
        within: distance of the first goal from the supervised mean.

    Returns:
        Columns dataset, scenario, seeds, final_accuracy, final_accuracy_sd, area, area_sd,
        area_from and area_to (budgets); and for each goal (`within`, `sd`) goal_* (its
        accuracy), reached_* (number of seeds that reached it), interactions_* and
        interactions_*_sd (interactions that these seeds needed), saved_* (share of the
        interactions for all images that was not needed, mean over all seeds).
    """
    rows = []
    for dataset, of_dataset in metrics.groupby("dataset", sort=False):
        supervised = of_dataset[of_dataset["scenario"] == BASELINE]["test_accuracy"]
        goals = goals_of(supervised, within)
        shared = {"dataset": dataset} | {f"goal_{goal.name}": goal.accuracy for goal in goals}
        images = of_dataset["images"].iloc[0]
        if len(supervised):
            rows.append(shared | _baseline(supervised, images, goals))
        runs = of_dataset[of_dataset["scenario"] != BASELINE]
        if runs.empty:
            continue
        area_of = areas(runs).set_index("scenario")["area"]
        shared |= dict(zip(("area_from", "area_to"), common_budgets(runs), strict=True))
        for scenario, of_scenario in runs.groupby("scenario", sort=False):
            curves = [run.sort_values("round") for _, run in of_scenario.groupby("seed")]
            row = _row(curves, area_of[[scenario]], goals, images)
            rows.append(shared | {"scenario": scenario} | row)
    return pd.DataFrame(rows, columns=COLUMNS)


COLUMNS = ["dataset", "scenario", "seeds", "final_accuracy", "final_accuracy_sd"]
COLUMNS += ["area", "area_sd", "area_from", "area_to"]
for _goal in ("within", "sd"):
    COLUMNS += [f"goal_{_goal}", f"reached_{_goal}", f"interactions_{_goal}"]
    COLUMNS += [f"interactions_{_goal}_sd", f"saved_{_goal}"]


def _baseline(supervised: pd.Series, images: int, goals: Sequence[Goal]) -> dict[str, object]:
    """Return the row of the supervised baseline, which labels every image."""
    row = {
        "scenario": BASELINE,
        "seeds": len(supervised),
        "final_accuracy": supervised.mean(),
        "final_accuracy_sd": sd(supervised),
    }
    return row | {f"interactions_{goal.name}": float(images) for goal in goals}


def _row(
    curves: list[pd.DataFrame], area_of: pd.Series, goals: Sequence[Goal], images: int
) -> dict[str, float]:
    """Return the row of one scenario from the curves of its seeds, and their areas."""
    xy = [(c["interactions"].to_numpy(float), c["test_accuracy"].to_numpy()) for c in curves]
    final = pd.Series([y[-1] for _, y in xy])
    row = {
        "seeds": len(curves),
        "final_accuracy": final.mean(),
        "final_accuracy_sd": sd(final),
        "area": area_of.mean(),
        "area_sd": sd(area_of),
    }
    for goal in goals:
        needed = pd.Series([reached(x, y, goal.accuracy) for x, y in xy])
        row |= {
            f"reached_{goal.name}": int(needed.notna().sum()),
            f"interactions_{goal.name}": needed.mean(),
            f"interactions_{goal.name}_sd": sd(needed.dropna()),
            f"saved_{goal.name}": saved(needed, images) if np.isfinite(goal.accuracy) else np.nan,
        }
    return row


def to_markdown(summary: pd.DataFrame, titles: dict[str, str], within: float = WITHIN) -> str:
    """Return the table as Markdown, one section for each data set."""
    goals = goals_of(pd.Series(dtype=float), within)
    heads = ["scenario", "seeds", "final accuracy", "area under the budget curve"]
    for goal in goals:
        heads += [f"interactions to {goal.words}", f"saved, {goal.words.split(' of ')[0]}"]
    parts = {}
    for dataset, rows in summary.groupby("dataset", sort=False):
        cells = [_cells(row, goals) for row in rows.to_dict("records")]
        lines = markdown.table(heads, cells, ["scenario"])
        parts[titles.get(dataset, dataset)] = [*lines, "", _notes(rows, goals)]
    return markdown.sections(parts)


def _notes(rows: pd.DataFrame, goals: Sequence[Goal]) -> str:
    """Return sentences that say what the goals are, and which budgets the areas cover."""
    accuracy = {goal.words: rows.iloc[0][f"goal_{goal.name}"] for goal in goals}
    told = [f"{value:.4f} ({words})" for words, value in accuracy.items() if np.isfinite(value)]
    notes = ["No supervised baseline, so no goal."]
    if told:
        notes = [
            f"{'Goals' if len(told) > 1 else 'Goal'}: {' and '.join(told)}. A seed reaches a goal "
            "at the first budget from which its curve stays at or above it to its end. A seed "
            "that does not has saved nothing."
        ]
    if len(told) == 1:
        notes.append("The baseline has one seed, which has no sd, and so no goal by it.")
    of_runs = rows[rows["scenario"] != BASELINE]
    if len(of_runs):
        notes.append(what_areas_cover(*of_runs.iloc[0][["area_from", "area_to"]]))
    return " ".join(notes)


def _cells(row: dict, goals: Sequence[Goal]) -> list[str]:
    """Return the cells of a row."""
    seeds = row["seeds"]
    accuracy = mean_and_spread(row["final_accuracy"], row["final_accuracy_sd"], ".4f", seeds)
    if row["scenario"] == BASELINE:
        everything = f"{row['interactions_sd']:,.0f} (every image)"
        return [BASELINE, str(seeds), accuracy, ""] + [everything, ""] * len(goals)
    if np.isnan(row["final_accuracy"]):
        return [row["scenario"], str(seeds), "not known", ""] + ["", ""] * len(goals)
    area_ = (
        "" if np.isnan(row["area"]) else mean_and_spread(row["area"], row["area_sd"], ".4f", seeds)
    )
    cells = [row["scenario"], str(seeds), accuracy, area_]
    for goal in goals:
        cells += _reached_cells(row, goal.name)
    return cells


def _reached_cells(row: dict, goal: str) -> list[str]:
    """Return two cells: the interactions that reached a goal (with seeds), and the share saved."""
    if not np.isfinite(row[f"goal_{goal}"]):
        # The fixed distance is a goal wherever there is a baseline.
        return ["no sd" if np.isfinite(row["goal_within"]) else "no baseline", ""]
    reached_by = int(row[f"reached_{goal}"])
    if not reached_by:
        return ["not reached", ""]
    mean, spread = row[f"interactions_{goal}"], row[f"interactions_{goal}_sd"]
    needed = mean_and_spread(mean, spread, ",.0f", reached_by)
    return [
        f"{needed} ({reached_by} of {counted(row['seeds'], 'seed')})",
        f"{row[f'saved_{goal}']:.1%}",
    ]
