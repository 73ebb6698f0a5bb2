"""Comparison of scenarios in pairs, seed by seed."""

import pandas as pd

from cbal.results import markdown
from cbal.results.summary import areas, common_budgets, what_areas_cover
from cbal.storage.paths import BASELINE


def wins(metrics: pd.DataFrame) -> pd.DataFrame:
    """Return how often each scenario beats each other scenario of its data set.

    Seeds are paired: a scenario wins in a seed where its area under the budget curve is larger than
    the other's. Areas are over the budgets common to all runs of the data set.

    Args:
        metrics: `results/metrics.parquet`.

    Returns:
        Columns dataset, scenario, other, wins (in seeds), seeds (common to both), gap and gap_sd
        (mean and sample sd over these seeds of the difference in area), area_from and area_to
        (the budgets that areas cover).
    """
    rows = []
    measured = metrics["test_accuracy"].notna()
    runs = metrics[measured & (metrics["scenario"] != BASELINE)]
    for dataset, of_dataset in runs.groupby("dataset", sort=False):
        names = of_dataset["scenario"].unique()
        low, high = common_budgets(of_dataset)
        by_seed = areas(of_dataset).pivot(index="seed", columns="scenario", values="area")
        for one in names:
            for other in names:
                if one != other:
                    gaps = (by_seed[one] - by_seed[other]).dropna()
                    keys = {"dataset": dataset, "scenario": one, "other": other}
                    counts = {"wins": int((gaps > 0).sum()), "seeds": len(gaps)}
                    gap = {"gap": gaps.mean(), "gap_sd": gaps.std(ddof=1)}
                    rows.append(keys | counts | gap | {"area_from": low, "area_to": high})
    columns = ["dataset", "scenario", "other", "wins", "seeds", "gap", "gap_sd"]
    columns += ["area_from", "area_to"]
    return pd.DataFrame(rows, columns=columns)


def to_markdown(table: pd.DataFrame, titles: dict[str, str]) -> str:
    """Return a matrix for each data set: in how many seeds the row's scenario beats the column's.

    Scenarios are in the order of their number of wins, the highest first.
    """
    parts = {}
    for dataset, rows in table.groupby("dataset", sort=False):
        total = rows.groupby("scenario", sort=False)["wins"].sum()
        names = list(total.sort_values(ascending=False, kind="stable").index)
        cells = {(row.scenario, row.other): f"{row.wins}/{row.seeds}" for row in rows.itertuples()}
        lines = [[one, *(cells.get((one, b), "") for b in names), total[one]] for one in names]
        parts[titles.get(dataset, dataset)] = [
            *markdown.table(["", *names, "wins"], lines, [""]),
            "",
            what_areas_cover(*rows.iloc[0][["area_from", "area_to"]]),
        ]
    return markdown.sections(parts)
