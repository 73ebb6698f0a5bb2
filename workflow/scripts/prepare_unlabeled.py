"""Turn images without labels into index and images of the pool, and choose the validation."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cbal.cli import keys_of, parser, run, say
from cbal.data.checks import report
from cbal.data.source_arguments import add_source_arguments, read_source, rule_of
from cbal.data.splits import published, unused_folders, unused_labels
from cbal.data.unlabeled import read_files, read_listing, split, write_rows
from cbal.errors import InputError
from cbal.files import write_table
from cbal.querying import make_query
from cbal.randomness import generator
from cbal.rounds import check_interactions
from cbal.strategies import random_choice
from cbal.strategies.base import Candidates


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, read the images, write the three files."""
    cli = parser(__doc__, "dataset")
    add_source_arguments(cli)
    cli.add_argument("--validation", type=int, default=0, help="images to measure by")
    cli.add_argument("--interactions", type=int, default=0, help="of one round, to check")
    cli.add_argument("--threads", type=int, default=1)
    cli.add_argument("--index", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--query", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--images", type=Path, required=True, help="NumPy file to write")
    arguments = cli.parse_args(argv)

    rule = rule_of(arguments)
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
    rng = generator(arguments.dataset, arguments.split_seed, 0, "validation")
    train, test = split(len(found.files), arguments.subset, arguments.validation, rng)
    if not len(train):
        raise InputError(f"data set {arguments.dataset}: no image is left to label")
    check_interactions(arguments.dataset, arguments.interactions, len(train))
    left_out = sum(map(len, found.left_out.values()))
    say(
        f"{len(train)} images to label, {len(test)} to measure by; "
        f"{left_out} file{'' if left_out == 1 else 's'} left out"
    )
    index = write_rows(arguments.images, found, train, test)
    noted, told = report(arguments.images, index, rule, found.left_out)
    for line in noted:
        say(line)
    keys = keys_of(arguments)
    measured = Candidates(np.arange(len(train), len(index)))
    query = make_query(measured, random_choice.select, "individual", len(test), rng, 1, {})
    write_table(arguments.query, query, **keys)
    metadata = {
        **keys,
        "classes": [],
        "published_splits": [],
        "images": {"train": len(train), "test": len(test)},
        **told,
    }
    write_table(arguments.index, index, **metadata)


if __name__ == "__main__":
    run(main)
