"""Command-line arguments that say where texts come from."""

import argparse
import json
from pathlib import Path

from cbal.data.decoding import USUAL, Rule
from cbal.data.listing import Listing
from cbal.data.text_files import TextColumns
from cbal.data.texts import texts


def add_texts_arguments(cli: argparse.ArgumentParser) -> None:
    """Add the arguments that `read_listing` reads."""
    cli.add_argument("--path", type=Path, required=True, help="a table of texts, or a folder")
    cli.add_argument("--columns", type=json.loads, nargs="?", help="names of columns, as JSON")
    cli.add_argument("--row-limit", type=int, default=USUAL.rows, help="texts of the source")
    cli.add_argument(
        "--unpacked-limit", type=int, default=USUAL.unpacked, help="bytes of the unpacked source"
    )


def read_listing(arguments: argparse.Namespace, labeled: bool) -> Listing:
    """Return the texts that the arguments name, with their labels or without."""
    rule = Rule(rows=arguments.row_limit, unpacked=arguments.unpacked_limit)
    return texts(arguments.path, TextColumns(**(arguments.columns or {})), labeled, rule)
