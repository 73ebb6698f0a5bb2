"""The table of a sweep: accuracies, areas, and interactions needed."""

import numpy as np
import pandas as pd

from cbal import markdown
from cbal.gathering import SUPERVISED


def area(interactions: np.ndarray, accuracy: np.ndarray, low: float, high: float) -> float:
    """Return the mean height of a budget curve between two budgets.

    It is the area under the curve (trapezoids) divided by `high - low`, so that it
    reads as an accuracy.

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


def goal_of(supervised: pd.Series) -> float:
    """Return the accuracy that is similar to supervised: its mean less one sample sd."""
    return supervised.mean() - _sd(supervised)


def areas(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the area under the budget curve of each run, over the budgets that all have.

    Args:
        runs: rows of `results/metrics.parquet` of one data set, without its baseline.

    Returns:
        Columns scenario, seed, area; scenarios and seeds in the order of their first rows.
    """
    ends = runs.groupby(["scenario", "seed"])["interactions"].agg(["min", "max"])
    low, high = ends["min"].max(), ends["max"].min()
    rows = []
    for (scenario, seed), run in runs.groupby(["scenario", "seed"], sort=False):
        curve = run.sort_values("round")
        budgets, accuracy = curve["interactions"].to_numpy(float), curve["test_accuracy"].array
        value = area(budgets, accuracy, low, high)
        rows.append({"scenario": scenario, "seed": seed, "area": value})
    return pd.DataFrame(rows, columns=["scenario", "seed", "area"])


def reached(interactions: np.ndarray, accuracy: np.ndarray, goal: float) -> float:
    """Return the first budget at which the accuracy is `goal` or more; NaN if none is."""
    at = np.flatnonzero(accuracy >= goal)
    return float(interactions[at[0]]) if len(at) else np.nan


def summarise(metrics: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each data set and scenario, means and sample sd over seeds.

    The goal of a data set is the supervised mean minus one standard deviation. All
    areas of a data set cover the budgets that all of its runs have.

    Args:
        metrics: `results/metrics.parquet`.

    Returns:
        Columns dataset, scenario, seeds, final_accuracy, final_accuracy_sd, area, area_sd,
        goal, reached (seeds that reached it), verdict (the same in words), interactions and
        interactions_sd (of those seeds), saved (share of the images' interactions that were
        not needed).
    """
    rows = []
    for dataset, of_dataset in metrics.groupby("dataset", sort=False):
        supervised = of_dataset[of_dataset["scenario"] == SUPERVISED]["test_accuracy"]
        goal = goal_of(supervised)
        images = of_dataset["images"].iloc[0]
        runs = of_dataset[of_dataset["scenario"] != SUPERVISED]
        area_of = areas(runs).set_index("scenario")["area"]
        if len(supervised):
            rows.append(
                {
                    "dataset": dataset,
                    "scenario": SUPERVISED,
                    "seeds": len(supervised),
                    "final_accuracy": supervised.mean(),
                    "final_accuracy_sd": _sd(supervised),
                    "goal": goal,
                    "interactions": float(images),
                }
            )
        for scenario, of_scenario in runs.groupby("scenario", sort=False):
            curves = [run.sort_values("round") for _, run in of_scenario.groupby("seed")]
            rows.append(
                {"dataset": dataset, "scenario": scenario, "goal": goal}
                | _row(curves, area_of[[scenario]], goal, images)
            )
    return pd.DataFrame(rows, columns=COLUMNS)


COLUMNS = [
    "dataset",
    "scenario",
    "seeds",
    "final_accuracy",
    "final_accuracy_sd",
    "area",
    "area_sd",
    "goal",
    "reached",
    "verdict",
    "interactions",
    "interactions_sd",
    "saved",
]


def _row(
    curves: list[pd.DataFrame], area_of: pd.Series, goal: float, images: int
) -> dict[str, float]:
    """Return the row of one scenario from the curves of its seeds, and their areas."""
    xy = [(c["interactions"].to_numpy(float), c["test_accuracy"].to_numpy()) for c in curves]
    final = pd.Series([y[-1] for _, y in xy])
    needed = pd.Series([reached(x, y, goal) for x, y in xy]).dropna()
    return {
        "seeds": len(curves),
        "final_accuracy": final.mean(),
        "final_accuracy_sd": _sd(final),
        "area": area_of.mean(),
        "area_sd": _sd(area_of),
        "reached": len(needed),
        "verdict": _verdict(len(needed), len(curves), goal),
        "interactions": needed.mean(),
        "interactions_sd": _sd(needed),
        "saved": 1 - needed.mean() / images,
    }


def _verdict(reached_by: int, seeds: int, goal: float) -> str:
    """Return in words whether the goal was reached."""
    if not np.isfinite(goal):
        return "no baseline"
    if not reached_by:
        return "not reached"
    return "reached" if reached_by == seeds else f"reached by {reached_by} of {seeds} seeds"


def _sd(values: pd.Series) -> float:
    """Return the sample standard deviation; 0 of a single value."""
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0


def to_markdown(summary: pd.DataFrame, titles: dict[str, str]) -> str:
    """Return the table for people, one section a data set."""
    heads = ["scenario", "seeds", "final accuracy", "area under the budget curve"]
    heads += ["interactions to within 1 sd of supervised", "saved"]
    parts = {}
    for dataset, rows in summary.groupby("dataset", sort=False):
        goal = rows["goal"].iloc[0]
        said = "No supervised baseline, so no goal."
        if np.isfinite(goal):
            said = f"Supervised mean minus one standard deviation: {goal:.4f}."
        lines = markdown.table(heads, map(_cells, rows.to_dict("records")), ["scenario"])
        parts[titles.get(dataset, dataset)] = [*lines, "", said]
    return markdown.sections(parts)


def _cells(row: dict) -> list[str]:
    """Return a row's cells; what was not reached is said plainly."""
    seeds = row["seeds"]
    accuracy = _pm(row["final_accuracy"], row["final_accuracy_sd"], ".4f", seeds)
    if row["scenario"] == SUPERVISED:
        everything = f"{row['interactions']:,.0f} (every image)"
        return [SUPERVISED, str(seeds), accuracy, "", everything, ""]
    if np.isnan(row["final_accuracy"]):
        return [row["scenario"], str(seeds), "not known", "", "", ""]
    needed, saved = row["verdict"], ""
    if row["reached"]:
        needed = _pm(row["interactions"], row["interactions_sd"], ",.0f", row["reached"])
        saved = f"{row['saved']:.1%}"
        if row["reached"] < row["seeds"]:
            needed += f" ({row['verdict']})"
    area_ = _pm(row["area"], row["area_sd"], ".4f", seeds)
    return [row["scenario"], str(seeds), accuracy, area_, needed, saved]


def _pm(mean: float, sd: float, form: str, seeds: int) -> str:
    """Return mean and spread; one seed has none."""
    return f"{mean:{form}}" + (f" ± {sd:{form}}" if seeds > 1 else "")
