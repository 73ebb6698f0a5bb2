"""Write the index, images and validation query of a data set without labels."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.cli import keys_of, parser, run, say
from cbal.data.arguments import add_source_arguments, read_source, rule_of
from cbal.data.checks import report
from cbal.data.decoding import Rule
from cbal.data.splits import published, unused_folders, unused_labels
from cbal.data.unlabeled import Found, read_files, read_listing, split, write_rows
from cbal.errors import InputError
from cbal.labeling.arrivals import arrivals, files_of, write_grown
from cbal.labeling.given import VALIDATION
from cbal.labeling.register import Register
from cbal.labeling.validation import validation_query
from cbal.labeling.web.lifetime import Home
from cbal.pool.rounds import check_interactions
from cbal.randomness import generator
from cbal.storage.files import write_table
from cbal.wording import counted


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, read the images, write the three files."""
    cli = parser(__doc__, "dataset")
    add_source_arguments(cli)
    cli.add_argument("--validation", type=int, default=0, help="number of validation images")
    cli.add_argument(
        "--interactions",
        type=int,
        default=0,
        help="interactions per round, to check that there are enough images",
    )
    cli.add_argument("--threads", type=int, default=1)
    cli.add_argument("--journal", type=Path, help="folder of the journal")
    cli.add_argument("--index", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--query", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--images", type=Path, required=True, help="NumPy file to write")
    arguments = cli.parse_args(argv)

    rule = rule_of(arguments)
    found = read(arguments, rule)
    rng = generator(arguments.dataset, arguments.split_seed, 0, "validation")
    register = Register(Home(arguments.journal).journal) if arguments.journal else None
    order = []
    if register and register.has_answers() and (register.files() or arguments.index.exists()):
        index = grow(arguments, found, register, rng)
        order = register.order_of(*VALIDATION)
    else:
        index = begin(arguments, found, rng)
        if register:
            register.add_files(files_of(index), anew=True)
    if register:
        register.close()
    noted, told = report(arguments.images, index, rule, found.left_out)
    for line in noted:
        say(line)
    keys, query = keys_of(arguments), validation_query(index, order, rng)
    write_table(arguments.query, query, **keys)
    images = {"train": len(index) - len(query), "test": len(query)}
    of_splits = {"published_splits": [], "images": images}
    write_table(arguments.index, index, **keys, classes=[], **of_splits, **told)


def read(arguments: argparse.Namespace, rule: Rule) -> Found:
    """Return the images of the source; log what is left out and what is not used."""
    if arguments.source == "folder":
        store = arguments.images.parent
        found = read_files(arguments.path, arguments.side, store, arguments.threads, rule)
        unused = unused_folders(found.files)
    else:
        listing = read_source(arguments.source, arguments.path, arguments.download, rule)
        found = read_listing(listing, arguments.side)
        unused = unused_labels(published(listing.split))
    if unused:
        say(unused)
    for line in found.broken:
        say(f"left out: {line}")
    return found


def begin(arguments: argparse.Namespace, found: Found, rng: np.random.Generator) -> pa.Table:
    """Write the images of a data set without answers; return its index.

    Raises:
        InputError: there are no images, or too few, to label.
    """
    train, test = split(len(found.files), arguments.subset, arguments.validation, rng)
    if not len(train):
        raise InputError(f"data set {arguments.dataset}: no image is left to label")
    check_interactions(arguments.dataset, arguments.interactions, len(train))
    left_out = sum(map(len, found.left_out.values()))
    say(
        f"{counted(len(train), 'image')} to label, {len(test)} to measure by; "
        f"{counted(left_out, 'file')} left out"
    )
    return write_rows(arguments.images, found, train, test)


def grow(
    arguments: argparse.Namespace, found: Found, register: Register, rng: np.random.Generator
) -> pa.Table:
    """Write the images of a data set with answers and new files; return its index.

    New files follow the known ones, so that each `sample_id` stays and questions do not change.
    """
    known = register.files(arguments.index)
    new = arrivals(
        arguments.dataset, known, found.files, arguments.subset, arguments.validation, rng
    )
    files = [*known, *new]
    index, gone = write_grown(arguments.images, files, found, arguments.dataset)
    for name in gone:
        say(f"gone, and kept as it was: {name}")
    say(f"{counted(len(new), 'new image')}, {len(gone)} gone, {len(files)} in total")
    register.add_files(files[len(register.files()) :])
    return index


if __name__ == "__main__":
    run(main)
