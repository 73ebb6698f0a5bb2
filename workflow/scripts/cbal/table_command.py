"""The command line of the scripts that write a table for people and one for programs."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from cbal.cli import parser
from cbal.data.checks import remarks
from cbal.files import atomic, metadata_of, read_table


def table_parser(description: str) -> argparse.ArgumentParser:
    """Return a parser with the arguments that `write` reads."""
    cli = parser(description)
    cli.add_argument("--markdown", type=Path, required=True, help="file to write")
    cli.add_argument("--csv", type=Path, required=True, help="file to write")
    return cli


def write(arguments: argparse.Namespace, table: pd.DataFrame, text: str) -> None:
    """Write a table as CSV, and the text that shows it."""
    with atomic(arguments.markdown) as temporary:
        temporary.write_text(text)
    with atomic(arguments.csv) as temporary:
        table.to_csv(temporary, index=False)


def tabulate(
    description: str,
    compute: Callable[[pd.DataFrame], pd.DataFrame],
    show: Callable[[pd.DataFrame, dict[str, str]], str],
    argv: Sequence[str] | None,
) -> None:
    """Parse the command line of a table made from a sweep's metrics alone, and write it.

    Args:
        description: of the script.
        compute: the table, of the metrics.
        show: the text, of the table and the titles of data sets.
        argv: the command line.
    """
    cli = table_parser(description)
    cli.add_argument("--metrics", type=Path, required=True)
    cli.add_argument("--indexes", type=Path, nargs="*", default=[], help="of data sets, if there")
    arguments = cli.parse_args(argv)
    metrics = read_table(arguments.metrics)
    table = compute(metrics.to_pandas())
    titles = metadata_of(metrics).get("titles", {})
    text = show(table, titles) + _remarks(arguments.indexes, titles)
    write(arguments, table, text)


def _remarks(indexes: Sequence[Path], titles: dict[str, str]) -> str:
    """Return what a table should say of the data sets behind it; nothing of those not there."""
    said = []
    for path in indexes:
        if path.exists():
            metadata = metadata_of(read_table(path))
            title = titles.get(metadata["dataset"], metadata["dataset"])
            said += [f"- {line}" for line in remarks(title, metadata)]
    return "\n".join(["", "## Warnings", "", *said, ""]) if said else ""
