"""What the preparations of labeled samples that are no images have in common."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from cbal.cli import keys_of
from cbal.data.listing import Listing
from cbal.data.prepare import Plan, choose, tables, told_of
from cbal.log import say
from cbal.storage.files import write_table

# Given the rows of the source that are kept and the index, writes these samples; returns lines for
# the log and metadata for the index.
Write = Callable[[np.ndarray, pa.Table], tuple[list[str], dict[str, Any]]]


def add_labeled_arguments(cli: argparse.ArgumentParser) -> None:
    """Add the arguments that `prepare_labeled` reads."""
    cli.add_argument("--subset", type=int, nargs="?", help="training samples to keep")
    cli.add_argument("--test-subset", type=int, nargs="?", help="test samples to keep")
    cli.add_argument("--test-fraction", type=float, default=0.2)
    cli.add_argument("--split-seed", type=int, default=0)
    cli.add_argument("--index", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--truth", type=Path, required=True, help="Parquet file to write")


def prepare_labeled(arguments: argparse.Namespace, listing: Listing, write: Write) -> None:
    """Choose samples of a listing, write them, then their true labels and the index.

    Raises:
        InputError: see `choose`.
    """
    plan = Plan(
        subset=arguments.subset,
        test_subset=arguments.test_subset,
        test_fraction=arguments.test_fraction,
        split_seed=arguments.split_seed,
    )
    parts = choose(listing, plan)
    lines, metadata = told_of(listing, parts)
    index, truth = tables(listing, parts)
    noted, told = write(np.concatenate(list(parts.values())), index)
    for line in [*lines, *noted]:
        say(line)
    metadata = keys_of(arguments) | metadata
    write_table(arguments.truth, truth, **metadata)
    write_table(arguments.index, index, **metadata, **told)
