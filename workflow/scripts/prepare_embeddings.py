"""Write the index, true labels and features of a data set of embeddings."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cbal.cli import keys_of, parser, run, say
from cbal.data.arguments import rule_of
from cbal.data.embeddings_arguments import add_embeddings_arguments, read_embeddings
from cbal.data.prepare import Plan, choose, tables, told_of
from cbal.data.vectors import write_vectors
from cbal.storage.files import write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, read the embeddings, write the three files."""
    cli = parser(__doc__, "dataset")
    add_embeddings_arguments(cli)
    cli.add_argument("--test-subset", type=int, nargs="?", help="test samples to keep")
    cli.add_argument("--test-fraction", type=float, default=0.2)
    cli.add_argument("--index", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--truth", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--encoded", type=Path, required=True, help="NumPy file to write")
    arguments = cli.parse_args(argv)

    listing = read_embeddings(arguments, labeled=True)
    plan = Plan(
        subset=arguments.subset,
        test_subset=arguments.test_subset,
        test_fraction=arguments.test_fraction,
        split_seed=arguments.split_seed,
    )
    parts = choose(listing, plan)
    lines, metadata = told_of(listing, parts)
    for line in lines:
        say(line)
    kept = np.concatenate(list(parts.values()))
    write_vectors(arguments.encoded, listing.read, kept, str(arguments.path))
    index, truth = tables(listing, parts)
    metadata = keys_of(arguments) | metadata
    write_table(arguments.truth, truth, **metadata)
    write_table(arguments.index, index, **metadata, **rule_of(arguments).as_metadata())


if __name__ == "__main__":
    run(main)
