"""How many interactions and hours scenarios need: a table and a figure from metrics of sweeps.

PYTHONPATH=workflow/scripts python -m benchmarks.fewer "EuroSAT, takes out=FILE" ... --figure FILE

Each FILE is a `metrics.parquet` of one data set and one annotator, from `benchmarks.direct`.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.annotators import QUICK, SLOW
from cbal.pool.costs import Costs
from cbal.results import markdown
from cbal.results.effort import with_hours_of
from cbal.results.figures.budget import accuracy_figure
from cbal.results.figures.style import read_metrics, save
from cbal.results.goals import ROUNDING, goals_of, reached
from cbal.results.markdown import mean_and_spread
from cbal.results.summary import areas, common_budgets
from cbal.storage.files import read_table
from cbal.storage.paths import BASELINE

MODELS = {"hours": Costs(), "quick": QUICK, "slow": SLOW}
AT_THE_GOAL = [*MODELS, "right"]
TO_BEAT = ("random", "uncertain", "cluster", "uncertain+cluster", "cluster+uncertain")
TO_BEAT += ("margin", "least-confidence", "badge")
HEADS = ["scenario", "seeds", "to the goal", "mean curve", "of the best to beat"]
HEADS += [
    "hours (quick to slow)",
    "files right",
    "area",
    "area against the best to beat",
    "first",
    "last",
]


def read(path: Path, title: str) -> pd.DataFrame:
    """Return the metrics of a sweep, with hours under each cost model, as those of a data set.

    Args:
        path: `metrics.parquet`.
        title: the name that the data set gets.
    """
    metrics, _ = read_metrics(path)
    table = read_table(path)
    for name, costs in MODELS.items():
        metrics[name] = with_hours_of(pa.table(table), costs)["hours"].to_numpy()
    right = metrics[["right_individual", "right_cluster", "right_predicted"]].sum(axis=1)
    return metrics.assign(dataset=title, right=(right / metrics["images"]).where(right > 0))


def crossing(x: np.ndarray, accuracy: np.ndarray, goal: float) -> float:
    """Return where a curve crosses a goal to stay above it, on lines between its points.

    NaN if it ends below. The first point if it is never below.
    """
    first = reached(x, accuracy, goal)
    place = int(np.flatnonzero(x == first)[0]) if np.isfinite(first) else 0
    if not place:
        return first
    ends = accuracy[place - 1 : place + 1]
    return float(np.interp(goal - ROUNDING, ends, x[place - 1 : place + 1]))


def compare(metrics: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each scenario of one data set and annotator, the fewest needed first.

    Args:
        metrics: see `read`; with the baseline.

    Returns:
        Columns scenario, seeds, needed (interactions, a list over seeds; NaN where not reached),
        crossing (of the mean curve; infinite where it ends below), ratio (of the crossing, to the
        lowest of `TO_BEAT`), hours, quick, slow and right (the share of all files with a right
        label, given or predicted; these four at the crossing), areas (by seed), gaps (areas less
        those of the best to beat, seed by seed), first and last (mean accuracies at the
        lowest and the highest budget that all runs have).
    """
    baseline = metrics["scenario"] == BASELINE
    goal = goals_of(metrics.loc[baseline, "test_accuracy"])[0].accuracy
    runs = metrics[~baseline]
    by_seed = areas(runs).pivot(index="seed", columns="scenario", values="area")
    ends = common_budgets(runs)
    rows = [_row(name, of, goal, ends) for name, of in runs.groupby("scenario", sort=False)]
    table = pd.DataFrame(rows)
    rivals = table[table["scenario"].isin(TO_BEAT)]
    best = rivals.sort_values(["crossing", "last"], ascending=[True, False])["scenario"].iloc[0]
    table["ratio"] = table["crossing"] / rivals["crossing"].min()
    table["areas"] = [by_seed[name].dropna().tolist() for name in table["scenario"]]
    gaps = {name: (by_seed[name] - by_seed[best]).dropna() for name in table["scenario"]}
    table["gaps"] = [gaps[name].tolist() for name in table["scenario"]]
    return table.sort_values("crossing", kind="stable").reset_index(drop=True)


def _row(
    name: str, runs: pd.DataFrame, goal: float, ends: tuple[float, float]
) -> dict[str, object]:
    """Return what `compare` says of one scenario alone, with accuracies at two budgets."""
    curves = [run.sort_values("round") for _, run in runs.groupby("seed")]
    needed = [
        reached(run["interactions"].to_numpy(float), run["test_accuracy"].to_numpy(), goal)
        for run in curves
    ]
    columns = ["interactions", "test_accuracy", *AT_THE_GOAL]
    mean = runs.groupby("round")[columns].mean().sort_index()
    x, accuracy = mean["interactions"].to_numpy(float), mean["test_accuracy"].to_numpy()
    at = crossing(x, accuracy, goal)
    there = {column: float(np.interp(at, x, mean[column])) for column in AT_THE_GOAL}
    return {
        "scenario": name,
        "seeds": len(curves),
        "needed": needed,
        "crossing": at if np.isfinite(at) else np.inf,
        **(there if np.isfinite(at) else dict.fromkeys(AT_THE_GOAL, np.nan)),
        "first": np.interp(ends[0], x, accuracy),
        "last": np.interp(ends[1], x, accuracy),
    }


def to_markdown(parts: dict[str, pd.DataFrame]) -> str:
    """Return a table for each data set and annotator."""
    sections = {}
    for title, table in parts.items():
        cells = [_cells(row) for row in table.to_dict("records")]
        sections[title] = markdown.table(HEADS, cells, ["scenario"])
    return markdown.sections(sections)


def _cells(row: dict) -> list[str]:
    """Return the cells of a row."""
    needed = pd.Series(row["needed"], dtype=float).dropna()
    mean = mean_and_spread(needed.mean(), needed.std(), ",.0f", len(needed))
    enough = f"{mean} ({len(needed)} of {row['seeds']})"
    reaches = np.isfinite(row["crossing"])
    hours = f"{row['hours']:.2f} ({row['quick']:.2f} to {row['slow']:.2f})"
    areas_, gaps = pd.Series(row["areas"]), pd.Series(row["gaps"])
    won = f"{(gaps > 0).sum()} of {len(gaps)}"
    return [
        row["scenario"],
        str(row["seeds"]),
        enough if len(needed) else "not reached",
        f"{row['crossing']:,.0f}" if reaches else "",
        f"{row['ratio']:.2f}" if reaches and np.isfinite(row["ratio"]) else "",
        hours if reaches and np.isfinite(row["hours"]) else "",
        f"{row['right']:.3f}" if reaches and np.isfinite(row["right"]) else "",
        mean_and_spread(areas_.mean(), areas_.std(), ".4f", len(areas_)),
        f"{gaps.mean():+.4f} ({won})" if len(gaps) else "",
        f"{row['first']:.3f}",
        f"{row['last']:.3f}",
    ]


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, print the tables, draw the figure."""
    cli = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    cli.add_argument("metrics", nargs="+", metavar="TITLE=FILE")
    cli.add_argument("--scenarios", nargs="+", help="of the figure; default: all")
    cli.add_argument("--most", type=int, default=10**9, help="interactions that the figure shows")
    cli.add_argument("--figure", type=Path, nargs="*", default=[], help="picture files to write")
    arguments = cli.parse_args(argv)
    parts = {}
    for each in arguments.metrics:
        title, _, path = each.rpartition("=")
        parts[title] = read(Path(path), title)
    print(to_markdown({title: compare(metrics) for title, metrics in parts.items()}))
    if arguments.figure:
        drawn = pd.concat(parts.values())
        drawn = drawn[(drawn["interactions"] <= arguments.most) | (drawn["scenario"] == BASELINE)]
        if arguments.scenarios:
            drawn = drawn[drawn["scenario"].isin([BASELINE, *arguments.scenarios])]
        save(accuracy_figure(drawn, {}), arguments.figure)


if __name__ == "__main__":
    main()
