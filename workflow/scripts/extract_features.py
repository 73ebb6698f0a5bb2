"""Write features and probabilities of the unlabeled pool, or of every training sample."""

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal import device as devices
from cbal.cli import keys_of, parser, run, say
from cbal.device import Execution
from cbal.device_arguments import add_device_arguments, execution_of
from cbal.evaluation import TIMING
from cbal.extraction import extract
from cbal.feature_files import to_batch, write_features
from cbal.files import metadata_of, open_images, read_table, samples_of, write_table
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
    add_device_arguments(cli)
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--timing", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    start = time.perf_counter()
    execution = execution_of(arguments)
    index = read_table(arguments.index, ["sample_id", "split"])
    if arguments.pool:
        pool = read_pool(arguments.pool)
        sample_id = pool.sample_id[pool.unlabeled] if not pool.ended else pool.sample_id[:0]
    else:
        sample_id = samples_of(index, "train")
    classes = len(metadata_of(index)["classes"])
    advice = "make `models: forward_batch_size:` smaller, or let fewer jobs share it (`gpu=1`)"
    with devices.enough_memory(advice):
        rows = rows_of(arguments, sample_id, classes, execution)
        write_features(arguments.out, rows, **keys_of(arguments))
    seconds = time.perf_counter() - start
    say(f"{len(sample_id)} images in {seconds:.1f} s")
    timing = {
        "stage": "extraction",
        "seconds": seconds,
        "images_per_second": len(sample_id) / seconds,
        "peak_memory_mb": devices.peak_memory_mb(execution.device),
        "device": devices.describe(execution.device),
    }
    keys = keys_of(arguments)
    write_table(arguments.timing, pa.Table.from_pylist([{**keys, **timing}], TIMING), **keys)


def rows_of(
    arguments: argparse.Namespace, sample_id: np.ndarray, classes: int, execution: Execution
) -> Iterator[pa.RecordBatch]:
    """Yield rows of `features.parquet` as batches finish; none where nothing is left to ask."""
    if not len(sample_id):
        return
    images = open_images(arguments.images)
    if arguments.model is None:
        model, spec = initial_model(arguments, images, classes)
    else:
        model, spec = load_model(arguments.model)
    batches = Batches(images, sample_id, spec, execution.device, execution.room)
    done = 0
    for feature, probability in extract(model.to(execution.device), batches, execution):
        rows = sample_id[done : done + len(feature)]
        yield to_batch(rows, feature, probability if arguments.model else None, spec.classes)
        done += len(feature)


if __name__ == "__main__":
    run(main)
