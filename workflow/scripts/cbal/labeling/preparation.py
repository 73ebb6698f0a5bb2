"""Preparation of samples that are no images, for a person: it may grow while there are answers."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.cli import keys_of
from cbal.data.listing import Listing
from cbal.data.unlabeled import split
from cbal.errors import InputError
from cbal.labeling.arrivals import BEGIN_ANEW, arrivals, index_of
from cbal.labeling.given import VALIDATION
from cbal.labeling.register import File, Register
from cbal.labeling.validation import validation_query
from cbal.labeling.web.lifetime import Home
from cbal.log import say
from cbal.pool.rounds import check_interactions
from cbal.randomness import generator
from cbal.storage.files import read_table, write_table

# Given the row of the source of each sample, -1 for those that are gone, writes the samples, and
# returns metadata for the index.
Write = Callable[[np.ndarray, pa.Table], dict]


def add_by_hand_arguments(cli: argparse.ArgumentParser) -> None:
    """Add the arguments that `prepare_by_hand` reads."""
    cli.add_argument("--subset", type=int, nargs="?", help="samples to keep")
    cli.add_argument("--split-seed", type=int, default=0)
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


def prepare_by_hand(
    arguments: argparse.Namespace, listing: Listing, kept: Path, write: Write
) -> None:
    """Number the samples, draw those to measure by, write the samples, then query and index.

    Args:
        arguments: as `add_by_hand_arguments` and the reader's arguments give them.
        listing: the samples that there are now.
        kept: the file that `write` writes, where samples that are gone still are.
        write: see `Write`.

    Raises:
        InputError: there are too few samples, or samples are gone, and `kept` too.
    """
    rng = generator(arguments.dataset, arguments.split_seed, 0, "validation")
    register = Register(Home(arguments.journal).journal)
    answered = register.has_answers() and (register.files() or arguments.index.exists())
    known = register.files(arguments.index) if answered else []
    samples = (_grown if answered else _begun)(arguments, known, listing.source, rng)
    index = _index(arguments.index, listing, samples)
    told = write(_rows(arguments, listing, samples, kept), index)
    register.add_files(samples[len(register.files()) :] if answered else samples, not answered)
    order = register.order_of(*VALIDATION) if answered else []
    register.close()
    keys, query = keys_of(arguments), validation_query(index, order, rng)
    write_table(arguments.query, query, **keys)
    images = {"train": len(index) - len(query), "test": len(query)}
    told = {"published_splits": [], "images": images, **told}
    write_table(arguments.index, index, **keys, classes=[], **told)


def _begun(
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
        raise InputError(f"data set {arguments.dataset}: no sample is left to label")
    check_interactions(arguments.dataset, arguments.interactions, len(train))
    say(f"{len(train)} samples to label, {len(test)} to measure by")
    parts = {"train": train, "test": test}
    return [File(ids[i], kind) for kind, part in parts.items() for i in part]


def _grown(
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


def _rows(
    arguments: argparse.Namespace, listing: Listing, samples: Sequence[File], kept: Path
) -> np.ndarray:
    """Return int64[n], the row of the source of each sample; -1 for those that are gone.

    Raises:
        InputError: samples are gone, and so is the file that still had them.
    """
    place = {name: row for row, name in enumerate(listing.source)}
    rows = np.array([place.get(sample.name, -1) for sample in samples])
    gone = np.flatnonzero(rows < 0)
    if len(gone) and not kept.exists():
        raise InputError(
            f"{arguments.path}: {len(gone)} samples with answers are gone (the first is "
            f"{samples[gone[0]].name}), and so is {kept}; put them back, or "
            f"{BEGIN_ANEW.format(arguments.dataset)}"
        )
    return rows


def _index(before: Path, listing: Listing, samples: Sequence[File]) -> pa.Table:
    """Return the index of samples; the column `file`, if any, names the file that shows each."""
    if listing.files is None:
        return index_of(samples)
    file: dict[str, str | None] = {}
    if before.exists():
        table = read_table(before, ["source"], optional=["file"])
        if "file" in table.column_names:
            file = dict(zip(table["source"].to_pylist(), table["file"].to_pylist()))
    file |= dict(zip(listing.source, listing.files))
    files = pa.array([file.get(sample.name) for sample in samples], pa.string())
    return index_of(samples).append_column("file", files)
