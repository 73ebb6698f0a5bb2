"""The table of a sweep: accuracies, areas under budget curves, and interactions needed."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cbal.results import markdown
from cbal.results.budgets import INTERACTIONS, Budget
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


def common_budgets(runs: pd.DataFrame, budget: Budget = INTERACTIONS) -> tuple[float, float]:
    """Return the lowest and the highest budget common to all runs; NaN if there is none."""
    ends = runs.groupby(["scenario", "seed"])[budget.name].agg(["min", "max"])
    low, high = float(ends["min"].max()), float(ends["max"].min())
    return (low, high) if low <= high else (np.nan, np.nan)


def what_areas_cover(low: float, high: float, budget: Budget = INTERACTIONS) -> str:
    """Return a sentence that says which budgets areas cover, see `common_budgets`."""
    if np.isnan(low):
        return "There is no budget that all runs have, so no area."
    ends = f"{low:{budget.form}} to {high:{budget.form}}"
    return f"Areas cover {ends} {budget.name}, which all runs have."


def areas(runs: pd.DataFrame, budget: Budget = INTERACTIONS) -> pd.DataFrame:
    """Return the area under the budget curve of each run, over the budgets common to all runs.

    Args:
        runs: rows of a sweep's `metrics.parquet` of one data set, without its baseline.
        budget: what the effort is counted in.

    Returns:
        Columns scenario, seed, area (NaN if no budget is common to all runs). Scenarios and
        seeds are in the order of their first rows.
    """
    low, high = common_budgets(runs, budget)
    rows = []
    for (scenario, seed), run in runs.groupby(["scenario", "seed"], sort=False):
        curve = run.sort_values("round")
        budgets, accuracy = curve[budget.name].to_numpy(float), curve["test_accuracy"].array
        value = np.nan if np.isnan(low) else area(budgets, accuracy, low, high)
        rows.append({"scenario": scenario, "seed": seed, "area": value})
    return pd.DataFrame(rows, columns=["scenario", "seed", "area"])


def summarise(
    metrics: pd.DataFrame, within: float = WITHIN, budget: Budget = INTERACTIONS
) -> pd.DataFrame:
    """Return one row for each data set and scenario, with means and sample sd over seeds.

    There are two goals, see `goals.goals_of`. All areas of a data set cover the budgets common to
    its runs.

    Args:
        metrics: a sweep's `metrics.parquet`.
        within: distance of the first goal from the supervised mean.
        budget: what the effort is counted in.

    Returns:
        Columns dataset, scenario, seeds, final_accuracy, final_accuracy_sd, area, area_sd,
        area_from and area_to (budgets); and for each goal (`within`, `sd`) goal_* (its
        accuracy), reached_* (number of seeds that reached it), interactions_* and
        interactions_*_sd (interactions that these seeds needed), saved_* (share of the
        interactions for all images that was not needed, mean over all seeds). With a budget of
        hours they are hours_* and hours_*_sd.
    """
    rows = []
    for dataset, of_dataset in metrics.groupby("dataset", sort=False):
        baseline = of_dataset[of_dataset["scenario"] == BASELINE]
        supervised = baseline["test_accuracy"]
        goals = goals_of(supervised, within)
        shared = {"dataset": dataset} | {f"goal_{goal.name}": goal.accuracy for goal in goals}
        whole = baseline[budget.name].iloc[0] if len(baseline) else np.nan
        if budget is INTERACTIONS:
            whole = of_dataset["images"].iloc[0]
        if len(supervised):
            rows.append(shared | _baseline(supervised, whole, goals, budget))
        runs = of_dataset[of_dataset["scenario"] != BASELINE]
        if runs.empty:
            continue
        area_of = areas(runs, budget).set_index("scenario")["area"]
        shared |= dict(zip(("area_from", "area_to"), common_budgets(runs, budget), strict=True))
        for scenario, of_scenario in runs.groupby("scenario", sort=False):
            curves = [run.sort_values("round") for _, run in of_scenario.groupby("seed")]
            row = _row(curves, area_of[[scenario]], goals, whole, budget)
            rows.append(shared | {"scenario": scenario} | row)
    return pd.DataFrame(rows, columns=columns_of(budget))


def columns_of(budget: Budget) -> list[str]:
    """Return the names of the columns of the summary."""
    columns = ["dataset", "scenario", "seeds", "final_accuracy", "final_accuracy_sd"]
    columns += ["area", "area_sd", "area_from", "area_to"]
    for goal in ("within", "sd"):
        columns += [f"goal_{goal}", f"reached_{goal}", f"{budget.name}_{goal}"]
        columns += [f"{budget.name}_{goal}_sd", f"saved_{goal}"]
    return columns


def _baseline(
    supervised: pd.Series, whole: float, goals: Sequence[Goal], budget: Budget
) -> dict[str, object]:
    """Return the row of the supervised baseline, which labels every image."""
    row = {
        "scenario": BASELINE,
        "seeds": len(supervised),
        "final_accuracy": supervised.mean(),
        "final_accuracy_sd": sd(supervised),
    }
    return row | {f"{budget.name}_{goal.name}": float(whole) for goal in goals}


def _row(
    curves: list[pd.DataFrame],
    area_of: pd.Series,
    goals: Sequence[Goal],
    whole: float,
    budget: Budget,
) -> dict[str, float]:
    """Return the row of one scenario from the curves of its seeds, and their areas."""
    xy = [(c[budget.name].to_numpy(float), c["test_accuracy"].to_numpy()) for c in curves]
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
            f"{budget.name}_{goal.name}": needed.mean(),
            f"{budget.name}_{goal.name}_sd": sd(needed.dropna()),
            f"saved_{goal.name}": saved(needed, whole) if np.isfinite(goal.accuracy) else np.nan,
        }
    return row


def to_markdown(
    summary: pd.DataFrame,
    titles: dict[str, str],
    within: float = WITHIN,
    budget: Budget = INTERACTIONS,
) -> str:
    """Return the table as Markdown, one section for each data set."""
    goals = goals_of(pd.Series(dtype=float), within)
    heads = ["scenario", "seeds", "final accuracy", "area under the budget curve"]
    for goal in goals:
        heads += [f"{budget.name} to {goal.words}", f"saved, {goal.words.split(' of ')[0]}"]
    parts = {}
    for dataset, rows in summary.groupby("dataset", sort=False):
        cells = [_cells(row, goals, budget) for row in rows.to_dict("records")]
        lines = markdown.table(heads, cells, ["scenario"])
        parts[titles.get(dataset, dataset)] = [*lines, "", _notes(rows, goals, budget)]
    return markdown.sections(parts)


def _notes(rows: pd.DataFrame, goals: Sequence[Goal], budget: Budget) -> str:
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
        notes.append(what_areas_cover(*of_runs.iloc[0][["area_from", "area_to"]], budget))
    return " ".join(notes)


def _cells(row: dict, goals: Sequence[Goal], budget: Budget) -> list[str]:
    """Return the cells of a row."""
    seeds = row["seeds"]
    accuracy = mean_and_spread(row["final_accuracy"], row["final_accuracy_sd"], ".4f", seeds)
    if row["scenario"] == BASELINE:
        everything = f"{row[f'{budget.name}_sd']:{budget.form}} (all samples)"
        return [BASELINE, str(seeds), accuracy, ""] + [everything, ""] * len(goals)
    if np.isnan(row["final_accuracy"]):
        return [row["scenario"], str(seeds), "not known", ""] + ["", ""] * len(goals)
    area_ = (
        "" if np.isnan(row["area"]) else mean_and_spread(row["area"], row["area_sd"], ".4f", seeds)
    )
    cells = [row["scenario"], str(seeds), accuracy, area_]
    for goal in goals:
        cells += _reached_cells(row, goal.name, budget)
    return cells


def _reached_cells(row: dict, goal: str, budget: Budget) -> list[str]:
    """Return two cells: the budget that reached a goal (with seeds), and the share saved."""
    if not np.isfinite(row[f"goal_{goal}"]):
        # The fixed distance is a goal wherever there is a baseline.
        return ["no sd" if np.isfinite(row["goal_within"]) else "no baseline", ""]
    reached_by = int(row[f"reached_{goal}"])
    if not reached_by:
        return ["not reached", ""]
    mean, spread = row[f"{budget.name}_{goal}"], row[f"{budget.name}_{goal}_sd"]
    needed = mean_and_spread(mean, spread, budget.form, reached_by)
    return [
        f"{needed} ({reached_by} of {counted(row['seeds'], 'seed')})",
        f"{row[f'saved_{goal}']:.1%}",
    ]
