"""Write features and probabilities of the unlabeled pool, or of every training sample."""

import argparse
import time
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from torch import nn

from cbal import device as devices
from cbal.cli import keys_of, parser, run, say
from cbal.evaluation import TIMING
from cbal.extraction import extract, schema, to_batch
from cbal.files import (
    metadata_of,
    open_images,
    parquet_writer,
    read_table,
    with_metadata,
    write_table,
)
from cbal.images import Batches
from cbal.model_arguments import add_model_arguments, initial_model
from cbal.models import load_model
from cbal.rounds import read_pool


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, run the model over the images, write its features."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round")
    cli.add_argument("--images", type=Path, required=True)
    cli.add_argument("--index", type=Path, required=True)
    cli.add_argument("--pool", type=Path, help="whose unlabeled samples; without it all training")
    cli.add_argument("--model", type=Path, help="of the round before; without it the initial one")
    add_model_arguments(cli)
    cli.add_argument("--batch-size", type=int, default=256)
    cli.add_argument("--threads", type=int, default=1)
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--timing", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    start = time.perf_counter()
    device = devices.choose(arguments.threads)
    index = read_table(arguments.index, ["sample_id", "split"])
    if arguments.pool:
        pool = read_pool(arguments.pool)
        sample_id = pool.sample_id[pool.unlabeled] if not pool.ended else pool.sample_id[:0]
    else:
        sample_id = index.filter(pc.equal(index["split"], "train"))["sample_id"].to_numpy()
    classes = len(metadata_of(index)["classes"])
    with devices.enough_memory("let fewer jobs share it (`--resources gpu=1`)"):
        write_features(arguments, sample_id, classes, device)
    seconds = time.perf_counter() - start
    say(f"{len(sample_id)} images in {seconds:.1f} s")
    timing = {
        "stage": "extraction",
        "seconds": seconds,
        "images_per_second": len(sample_id) / seconds,
    }
    timing |= {"peak_memory_mb": devices.peak_memory_mb(device), "device": devices.describe(device)}
    keys = keys_of(arguments)
    write_table(arguments.timing, pa.Table.from_pylist([{**keys, **timing}], TIMING), **keys)


def write_features(
    arguments: argparse.Namespace, sample_id: np.ndarray, classes: int, device: torch.device
) -> None:
    """Write the rows as batches finish; none where nothing is left to ask."""
    keys = keys_of(arguments)
    if not len(sample_id):
        write_table(arguments.out, schema(1, 1).empty_table(), **keys)
        return
    images = open_images(arguments.images)
    trained = arguments.model is not None
    if trained:
        model, spec = load_model(arguments.model)
    else:
        model, spec = initial_model(arguments, images, classes)
    batches = Batches(images, sample_id, spec, device)
    parts = batches_of_rows(arguments.batch_size, model.to(device), batches, sample_id, trained)
    first = next(parts)
    with parquet_writer(arguments.out, with_metadata(first.schema, **keys)) as writer:
        for part in chain([first], parts):
            writer.write_batch(part)


def batches_of_rows(
    size: int, model: nn.Module, batches: Batches, sample_id: np.ndarray, trained: bool
) -> Iterator[pa.RecordBatch]:
    """Yield rows of `features.parquet`, `size` at a time."""
    classes, done = batches.spec.classes, 0
    for feature, probability in extract(model, batches, classes, size):
        rows = sample_id[done : done + len(feature)]
        yield to_batch(rows, feature, probability if trained else None, classes)
        done += len(feature)


if __name__ == "__main__":
    run(main)
