"""Command-line arguments that say where embeddings come from."""

import argparse
import json
from pathlib import Path

from cbal.data.arguments import add_rule_arguments, rule_of
from cbal.data.embedding_files import Columns
from cbal.data.embeddings import embeddings
from cbal.data.listing import Listing


def add_embeddings_arguments(cli: argparse.ArgumentParser) -> None:
    """Add the arguments that `read_embeddings` reads."""
    cli.add_argument("--path", type=Path, required=True, help="Parquet or .npy file, or a folder")
    cli.add_argument("--columns", type=json.loads, nargs="?", help="names of columns, as JSON")
    cli.add_argument("--files", type=Path, nargs="?", help="folder of the files of samples")
    add_rule_arguments(cli)


def read_embeddings(arguments: argparse.Namespace, labeled: bool) -> Listing:
    """Return the embeddings that the arguments name, with their labels or without."""
    columns = Columns(**(arguments.columns or {}))
    return embeddings(arguments.path, columns, labeled, rule_of(arguments), arguments.files)
