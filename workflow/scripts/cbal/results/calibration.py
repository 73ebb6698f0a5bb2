"""The table of a calibration: accuracy on held-out training images for each training tried."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from cbal.results import markdown
from cbal.results.markdown import mean_and_spread

COLUMNS = ["dataset", "training", "seeds", "accuracy", "accuracy_sd", "loss", "published", "best"]


def compare(runs: Sequence[tuple[dict[str, Any], dict[str, Any]]], published: dict) -> pd.DataFrame:
    """Return one row for each data set and training, in the order of the runs.

    Args:
        runs: for each trained model the settings tried, and its row of `metrics.parquet`, in
            which `test_accuracy` is the accuracy on the held-out images.
        published: for each data set the key `published` of its settings, or None.

    Returns:
        Columns dataset, training (the settings), seeds, accuracy and accuracy_sd (mean and
        sample sd over seeds; one seed has no sd), loss (mean), published (the accuracy a paper
        reports, on its test split), best (whether no other training of the data set has a lower
        loss).
    """
    rows = pd.DataFrame(
        {
            "dataset": row["dataset"],
            "training": tuple(training.items()),
            "accuracy": row["test_accuracy"],
            "loss": row["test_loss"],
        }
        for training, row in runs
    )
    groups = rows.groupby(["dataset", "training"], sort=False)
    table = groups.agg(
        seeds=("accuracy", "size"),
        accuracy_sd=("accuracy", "std"),
        accuracy=("accuracy", "mean"),
        loss=("loss", "mean"),
    ).reset_index()
    table["training"] = [dict(training) for training in table["training"]]
    table["published"] = [(published.get(d) or {}).get("accuracy") for d in table["dataset"]]
    table["best"] = table["loss"] == table.groupby("dataset")["loss"].transform("min")
    return table[COLUMNS]


def to_markdown(table: pd.DataFrame, titles: dict[str, str]) -> str:
    """Return the table as Markdown, one section for each data set."""
    parts = {}
    for dataset, rows in table.groupby("dataset", sort=False):
        published = rows["published"].iloc[0]
        known = pd.notna(published)
        heads = [*rows["training"].iloc[0], "seeds", "validation accuracy", "validation loss"]
        heads += ["difference to the paper's test accuracy"] if known else []
        lines = []
        for row in rows.to_dict("records"):
            accuracy = mean_and_spread(row["accuracy"], row["accuracy_sd"], ".4f", row["seeds"])
            loss = f"{row['loss']:.4f}" + (" (lowest)" if row["best"] else "")
            cells = [*row["training"].values(), row["seeds"], accuracy, loss]
            lines.append(cells + ([f"{row['accuracy'] - published:+.4f}"] if known else []))
        parts[titles.get(dataset, dataset)] = markdown.table(heads, lines, [])
    return markdown.sections(parts)
