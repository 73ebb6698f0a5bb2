"""Write the activations of all samples, in all splits, before the module that is trained."""

import time
from collections.abc import Iterator, Sequence

import numpy as np

from cbal.cli import run, say
from cbal.learning import device as devices
from cbal.learning.activations import activations
from cbal.learning.all_images import parse, write_timing
from cbal.learning.arguments import execution_of
from cbal.learning.batches import Batches
from cbal.learning.extraction import with_progress
from cbal.models.arguments import initial_frozen_part
from cbal.storage.activations import write_activations
from cbal.storage.files import metadata_of, open_images, read_table


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, run the frozen part on all images, write its outputs."""
    arguments = parse(__doc__, argv)
    if arguments.weights is None:
        say(
            f"what is before {arguments.trainable} has random weights and is never trained: its "
            "activations say little about an image; set `weights:` of the model"
        )
    start = time.perf_counter()
    execution = execution_of(arguments)
    index = read_table(arguments.index, ["sample_id"])
    images = open_images(arguments.images)
    classes = max(len(metadata_of(index)["classes"]), 1)
    frozen, spec = initial_frozen_part(arguments, images, classes)
    frozen = frozen.to(execution.device)
    batches = Batches(images, np.arange(len(index)), spec, execution.device, execution.room)

    def parts() -> Iterator[np.ndarray]:
        return with_progress(activations(frozen, batches, execution), len(index))

    with devices.enough_memory("make `models: forward_batch_size:` smaller"):
        write_activations(arguments.out, len(index), parts)
    write_timing(arguments, len(index), time.perf_counter() - start, execution)


if __name__ == "__main__":
    run(main)
