"""The command line of the scripts that write a table for people and one for programs."""

import argparse
from pathlib import Path

import pandas as pd

from cbal.cli import parser
from cbal.files import atomic


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
