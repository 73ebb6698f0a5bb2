"""The command line of the scripts that write a table for people and one for programs."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from cbal.cli import parser
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
    arguments = cli.parse_args(argv)
    metrics = read_table(arguments.metrics)
    table = compute(metrics.to_pandas())
    write(arguments, table, show(table, metadata_of(metrics).get("titles", {})))
