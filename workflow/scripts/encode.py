"""Write the features of all samples of a data set, in all splits, by a fixed encoder."""

import time
from collections.abc import Sequence

import numpy as np

from cbal.cli import run, say
from cbal.learning import device as devices
from cbal.learning.all_images import parse, write_timing
from cbal.learning.arguments import execution_of
from cbal.learning.batches import Batches
from cbal.learning.extraction import extract, with_progress
from cbal.models.arguments import initial_model
from cbal.storage.encoded import write_encoded
from cbal.storage.files import metadata_of, open_images, read_table


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, run the encoder on all images, write the features."""
    arguments = parse(__doc__, argv)
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
    write_timing(arguments, len(index), time.perf_counter() - start, execution)


if __name__ == "__main__":
    run(main)
