"""Write the index, features and validation query of a data set of embeddings without labels."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.cli import keys_of, parser, run, say
from cbal.data.arguments import rule_of
from cbal.data.embeddings_arguments import add_embeddings_arguments, read_embeddings
from cbal.data.listing import Listing
from cbal.data.unlabeled import split
from cbal.data.vectors import write_vectors
from cbal.errors import InputError
from cbal.labeling.arrivals import BEGIN_ANEW, arrivals, index_of
from cbal.labeling.given import VALIDATION
from cbal.labeling.register import File, Register
from cbal.labeling.validation import validation_query
from cbal.labeling.web.lifetime import Home
from cbal.pool.rounds import check_interactions
from cbal.randomness import generator
from cbal.storage.encoded import open_encoded
from cbal.storage.files import read_table, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, read the embeddings, write the three files."""
    cli = parser(__doc__, "dataset")
    add_embeddings_arguments(cli)
    cli.add_argument("--validation", type=int, default=0, help="number of validation samples")
    cli.add_argument(
        "--interactions",
        type=int,
        default=0,
        help="interactions per round, to check that there are enough samples",
    )
    cli.add_argument("--journal", type=Path, required=True, help="folder of the journal")
    cli.add_argument("--index", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--query", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--encoded", type=Path, required=True, help="NumPy file to write")
    arguments = cli.parse_args(argv)

    listing = read_embeddings(arguments, labeled=False)
    rng = generator(arguments.dataset, arguments.split_seed, 0, "validation")
    register = Register(Home(arguments.journal).journal)
    answered = register.has_answers() and (register.files() or arguments.index.exists())
    known = register.files(arguments.index) if answered else []
    samples = (grown if answered else begun)(arguments, known, listing.source, rng)
    write_samples(arguments, listing, samples)
    index = index_with_files(arguments.index, listing, samples)
    register.add_files(samples[len(register.files()) :] if answered else samples, not answered)
    order = register.order_of(*VALIDATION) if answered else []
    register.close()
    keys, query = keys_of(arguments), validation_query(index, order, rng)
    write_table(arguments.query, query, **keys)
    images = {"train": len(index) - len(query), "test": len(query)}
    told = {"published_splits": [], "images": images, **rule_of(arguments).as_metadata()}
    write_table(arguments.index, index, **keys, classes=[], **told)


def begun(
    arguments: argparse.Namespace,
    known: Sequence[File],
    ids: Sequence[str],
    rng: np.random.Generator,
) -> list[File]:
    """Return the samples of a data set without answers, by `sample_id`.

    Raises:
        InputError: there are none, or too few, to label.
    """
    train, test = split(len(ids), arguments.subset, arguments.validation, rng)
    if not len(train):
        raise InputError(f"data set {arguments.dataset}: no embedding is left to label")
    check_interactions(arguments.dataset, arguments.interactions, len(train))
    say(f"{len(train)} samples to label, {len(test)} to measure by")
    parts = {"train": train, "test": test}
    return [File(ids[i], kind) for kind, part in parts.items() for i in part]


def grown(
    arguments: argparse.Namespace,
    known: Sequence[File],
    ids: Sequence[str],
    rng: np.random.Generator,
) -> list[File]:
    """Return the samples of a data set with answers, by `sample_id`: known ones, then new ones."""
    new = arrivals(arguments.dataset, known, ids, arguments.subset, arguments.validation, rng)
    there = set(ids)
    gone = [sample.name for sample in known if sample.name not in there]
    for name in gone:
        say(f"gone, and kept as it was: {name}")
    say(f"{len(new)} samples are new, {len(gone)} are gone, {len(known) + len(new)} in total")
    return [*known, *new]


def write_samples(arguments: argparse.Namespace, listing: Listing, samples: Sequence[File]) -> None:
    """Write the features of samples; those that are gone keep theirs.

    Raises:
        InputError: samples are gone, and so are their features.
    """
    place = {name: row for row, name in enumerate(listing.source)}
    rows = np.array([place.get(sample.name, -1) for sample in samples])
    before, gone = None, np.flatnonzero(rows < 0)
    if len(gone):
        if not arguments.encoded.exists():
            raise InputError(
                f"{arguments.path}: {len(gone)} samples with answers are gone (the first is "
                f"{samples[gone[0]].name}), and so are their features; put them back, or "
                f"{BEGIN_ANEW.format(arguments.dataset)}"
            )
        before = open_encoded(arguments.encoded, int(gone[-1]) + 1)
    write_vectors(arguments.encoded, listing.read, rows, str(arguments.path), before)


def index_with_files(before: Path, listing: Listing, samples: Sequence[File]) -> pa.Table:
    """Return the index of samples; the column `file` names the file that shows each."""
    file: dict[str, str | None] = {}
    if before.exists():
        table = read_table(before, ["source"], optional=["file"])
        if "file" in table.column_names:
            file = dict(zip(table["source"].to_pylist(), table["file"].to_pylist()))
    file |= dict(zip(listing.source, listing.files))
    files = pa.array([file.get(sample.name) for sample in samples], pa.string())
    return index_of(samples).append_column("file", files)


if __name__ == "__main__":
    run(main)
