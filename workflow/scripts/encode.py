"""Write the features of all samples of a data set, in all splits, by a fixed encoder."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.cli import keys_of, parser, run, say
from cbal.learning import device as devices
from cbal.learning.arguments import add_device_arguments, execution_of
from cbal.learning.batches import Batches
from cbal.learning.extraction import extract, timing_of, with_progress
from cbal.models.arguments import add_model_arguments, initial_model
from cbal.pool.metrics import TIMING
from cbal.storage.encoded import write_encoded
from cbal.storage.files import metadata_of, open_images, read_table, write_table
from cbal.wording import counted


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, run the encoder on all images, write the features."""
    cli = parser(__doc__, "dataset")
    cli.add_argument("--images", type=Path, required=True)
    cli.add_argument("--index", type=Path, required=True)
    add_model_arguments(cli)
    add_device_arguments(cli)
    cli.add_argument("--out", type=Path, required=True, help="NumPy file to write")
    cli.add_argument("--timing", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)
    arguments.seed = 0  # for random weights, if no weights are given

    if arguments.weights is None:
        say(
            "the encoder has random weights and is never trained: its features say little about an "
            "image; set `weights:` of the model"
        )
    start = time.perf_counter()
    execution = execution_of(arguments)
    index = read_table(arguments.index, ["sample_id"])
    images = open_images(arguments.images)
    classes = max(len(metadata_of(index)["classes"]), 1)
    model, spec = initial_model(arguments, images, classes)
    sample_id = np.arange(len(index))
    batches = Batches(images, sample_id, spec, execution.device, execution.room)
    with devices.enough_memory("make `models: forward_batch_size:` smaller"):
        rows = extract(model.to(execution.device), batches, execution)
        features = with_progress((feature for feature, _ in rows), len(index))
        write_encoded(arguments.out, len(index), features)
    seconds = time.perf_counter() - start
    say(f"{counted(len(index), 'image')} in {seconds:.1f} s")
    of_no_round = {"scenario": "encoded", "seed": 0, "round": 0}
    timing = of_no_round | timing_of(len(index), seconds, execution.device)
    keys = keys_of(arguments)
    write_table(arguments.timing, pa.Table.from_pylist([{**keys, **timing}], TIMING), **keys)


if __name__ == "__main__":
    run(main)
