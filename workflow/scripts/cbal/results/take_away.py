"""Labels to take away, in the table and for the figure of a sweep."""

import numpy as np
import pandas as pd

from cbal.intervals import wilson
from cbal.pool.take_away import SURE
from cbal.results import markdown
from cbal.results.budgets import INTERACTIONS, Budget
from cbal.results.goals import reached, sd
from cbal.storage.paths import BASELINE
from cbal.wording import counted

COLUMNS = ["dataset", "scenario", "seeds", "files", "given", "given_right", "predicted"]
COLUMNS += ["predicted_right", "right", "right_sd", "right_low", "right_high"]
COLUMNS += ["covered", "covered_sd", "covered_right", "estimated", "reached"]


def with_shares(metrics: pd.DataFrame) -> pd.DataFrame:
    """Return the measured rounds of runs, with shares of their files.

    In a simulation the shares are those of the true labels. For a person they are estimated: given
    labels count as right, and predictions as right as those of the held-out images.

    Args:
        metrics: of a sweep.

    Returns:
        The rounds, with columns files_right (share of the files whose label is right), its ends
        files_right_low and files_right_high (equal to it in a simulation), covered (share of files
        with a given label or a confident prediction), covered_right (share of right ones among
        those), and estimated.
    """
    if "images_predicted" not in metrics:
        return metrics[:0].assign(files_right=0.0, covered=0.0)
    measured = metrics["images_predicted"].notna() & (metrics["scenario"] != BASELINE)
    rows = metrics[measured].reset_index(drop=True)
    shares = [_shares(row) for row in rows.to_dict("records")]
    return pd.concat([rows, pd.DataFrame(shares, index=rows.index)], axis=1)


def _shares(row: dict) -> dict[str, float]:
    """Return the shares of one round."""
    files = row["images"]
    given = row["images_individual"] + row["images_cluster"]
    predicted, confident = row["images_predicted"], row["images_confident"]
    estimated = bool(pd.isna(row["right_predicted"]))
    if estimated:
        n, sure = row["held_out"], row["held_out_confident"]
        good = row["held_out_right"] / n if n else np.nan
        low, high = wilson(row["held_out_right"], n)
        of_given, right, ends = given, good * predicted, (low * predicted, high * predicted)
        right_sure = row["held_out_confident_right"] / sure * confident if sure else 0
    else:
        of_given = row["right_individual"] + row["right_cluster"]
        right = row["right_predicted"]
        ends, right_sure = (right, right), row["right_confident"]
    covered = given + confident
    return {
        "given_right": of_given / given if given else np.nan,
        "predicted_right": right / predicted if predicted else np.nan,
        "files_right": (of_given + right) / files,
        "files_right_low": (of_given + ends[0]) / files,
        "files_right_high": (of_given + ends[1]) / files,
        "covered": covered / files,
        "covered_right": (of_given + right_sure) / covered if covered else np.nan,
        "estimated": estimated,
    }


def labels_at_the_end(metrics: pd.DataFrame, budget: Budget = INTERACTIONS) -> pd.DataFrame:
    """Return one row for each data set and scenario: its labels after the last round.

    Args:
        metrics: of a sweep.
        budget: what the effort is counted in.

    Returns:
        Columns `COLUMNS` and the name of the budget: means over seeds of numbers of files and of
        shares; `reached` counts the seeds of which at least the share `SURE` of all files is right
        from a budget on, and the budget is the mean of theirs.
    """
    rows = []
    shares = with_shares(metrics)
    for (dataset, scenario), runs in shares.groupby(["dataset", "scenario"], sort=False):
        curves = [run.sort_values("round") for _, run in runs.groupby("seed")]
        last = pd.DataFrame([curve.iloc[-1] for curve in curves])
        needed = pd.Series(
            [reached(c[budget.name].to_numpy(float), c["files_right"].array, SURE) for c in curves]
        )
        given = last["images_individual"] + last["images_cluster"]
        row = {"dataset": dataset, "scenario": scenario, "seeds": len(curves)}
        row |= {"files": last["images"].iloc[0], "given": given.mean()}
        row |= {"given_right": last["given_right"].mean()}
        row |= {"predicted": last["images_predicted"].mean()}
        row |= {"predicted_right": last["predicted_right"].mean()}
        row |= {"right": last["files_right"].mean(), "right_sd": sd(last["files_right"])}
        row |= {f"right_{end}": last[f"files_right_{end}"].mean() for end in ("low", "high")}
        row |= {"covered": last["covered"].mean(), "covered_sd": sd(last["covered"])}
        row |= {"covered_right": last["covered_right"].mean()}
        row |= {"estimated": bool(last["estimated"].any()), "reached": int(needed.notna().sum())}
        rows.append(row | {budget.name: needed.mean()})
    return pd.DataFrame(rows, columns=[*COLUMNS, budget.name])


def to_markdown(table: pd.DataFrame, titles: dict[str, str], budget: Budget = INTERACTIONS) -> str:
    """Return the table as Markdown, one section for each data set."""
    heads = ["scenario", "seeds", "given (right)", "predicted (right)", "files right"]
    heads += [f"covered at {SURE:.0%}", "right of these", f"{budget.name} to {SURE:.0%} right"]
    parts = {}
    for dataset, rows in table.groupby("dataset", sort=False):
        cells = [_cells(row, budget) for row in rows.to_dict("records")]
        lines = markdown.table(heads, cells, ["scenario"])
        parts[titles.get(dataset, dataset)] = [*lines, "", _note(rows)]
    return markdown.sections(parts)


def _cells(row: dict, budget: Budget) -> list[str]:
    """Return the cells of a row."""
    several = row["seeds"] > 1
    right = f"{row['right']:.1%}" + (f" ± {row['right_sd']:.1%}" if several else "")
    if row["estimated"]:
        right = f"{row['right']:.1%} ({row['right_low']:.1%} to {row['right_high']:.1%})"
    covered = f"{row['covered']:.1%}" + (f" ± {row['covered_sd']:.1%}" if several else "")
    needed = (
        f"{row[budget.name]:{budget.form}} ({row['reached']} of {counted(row['seeds'], 'seed')})"
    )
    return [
        row["scenario"],
        str(row["seeds"]),
        f"{row['given']:,.0f} ({_share(row['given_right'])})",
        f"{row['predicted']:,.0f} ({_share(row['predicted_right'])})",
        right if np.isfinite(row["right"]) else "not known",
        covered,
        _share(row["covered_right"]),
        needed if row["reached"] else "not reached",
    ]


def _share(value: float) -> str:
    return f"{value:.1%}" if np.isfinite(value) else "none"


def _note(rows: pd.DataFrame) -> str:
    """Return sentences that say what the numbers are."""
    first = rows.iloc[0]
    note = (
        f"After the last round, of {first['files']:,.0f} files. Covered are given labels, and "
        "predictions above the confidence that keeps "
        f"{SURE:.0%} of the predictions for held-out images right."
    )
    if first["estimated"]:
        note += (
            " The right ones are estimated from the held-out images, with an interval of 95 %; "
            "given labels count as right."
        )
    return note
