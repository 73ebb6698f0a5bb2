"""Write the index, true labels and images of a data set from its source."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cbal.cli import keys_of, parser, run, say
from cbal.data.arguments import add_source_arguments, read_source, rule_of
from cbal.data.checks import report
from cbal.data.prepare import Plan, choose, tables, told_of, write_images
from cbal.storage.files import write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, read the source, write the three files."""
    cli = parser(__doc__, "dataset")
    add_source_arguments(cli)
    cli.add_argument("--test-subset", type=int, nargs="?", help="test images to keep")
    cli.add_argument("--test-fraction", type=float, default=0.2)
    cli.add_argument("--index", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--truth", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--images", type=Path, required=True, help="NumPy file to write")
    arguments = cli.parse_args(argv)

    rule = rule_of(arguments)
    listing = read_source(arguments.source, arguments.path, arguments.download, rule)
    plan = Plan(
        arguments.side,
        arguments.subset,
        arguments.test_subset,
        arguments.test_fraction,
        arguments.split_seed,
    )
    parts = choose(listing, plan)
    lines, metadata = told_of(listing, parts)
    for line in lines:
        say(line)
    write_images(arguments.images, listing, np.concatenate(list(parts.values())), arguments.side)
    index, truth = tables(listing, parts)
    noted, told = report(arguments.images, index, rule, listing.left_out)
    for line in noted:
        say(line)
    metadata = keys_of(arguments) | metadata
    write_table(arguments.truth, truth, **metadata)
    write_table(arguments.index, index, **metadata, **told)


if __name__ == "__main__":
    run(main)
