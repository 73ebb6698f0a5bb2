"""The command line of the scripts that write a table as Markdown and as CSV."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from cbal.cli import parser
from cbal.data.checks import remarks
from cbal.results import markdown
from cbal.storage.files import atomic, metadata_of, read_table


def table_parser(description: str | None, from_metrics: bool = True) -> argparse.ArgumentParser:
    """Return a parser with the arguments that `read_metrics` and `write` use."""
    cli = parser(description)
    if from_metrics:
        cli.add_argument("--metrics", type=Path, required=True, help="metrics of a sweep")
    cli.add_argument("--markdown", type=Path, required=True, help="Markdown file to write")
    cli.add_argument("--csv", type=Path, required=True, help="CSV file to write")
    return cli


def read_metrics(arguments: argparse.Namespace) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the metrics of a sweep, and the titles of its data sets."""
    metrics = read_table(arguments.metrics)
    return metrics.to_pandas(), metadata_of(metrics).get("titles", {})


def write(arguments: argparse.Namespace, table: pd.DataFrame, text: str) -> None:
    """Write a table as CSV, and its text as Markdown."""
    with atomic(arguments.markdown) as temporary:
        temporary.write_text(text)
    with atomic(arguments.csv) as temporary:
        table.to_csv(temporary, index=False)


def warnings_of(indexes: Sequence[Path], titles: dict[str, str]) -> str:
    """Return the section of warnings about data sets; missing files are left out.

    Args:
        indexes: their `index.parquet`.
        titles: their titles.
    """
    said = []
    for path in indexes:
        if path.exists():
            metadata = metadata_of(read_table(path))
            title = titles.get(metadata["dataset"], metadata["dataset"])
            said += [f"- {markdown.escaped(line)}" for line in remarks(title, metadata)]
    return "\n".join(["", "## Warnings", "", *said, ""]) if said else ""
