"""Write the take-away labels: for each file the label given by a person, or predicted."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cbal.cli import keys_of, parser, run, say
from cbal.labeling.given import from_table
from cbal.labeling.labels import labels_table, summary, to_predict, write_csv
from cbal.learning import device as devices
from cbal.learning.arguments import add_device_arguments, execution_of
from cbal.learning.batches import Batches
from cbal.learning.device import Execution
from cbal.learning.extraction import extract
from cbal.learning.linear_head import load_heads
from cbal.models.model import load_model
from cbal.pool.rounds import read_pool
from cbal.storage.encoded import open_encoded
from cbal.storage.feature_range import check_finite
from cbal.storage.files import metadata_of, open_images, read_table, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, predict the missing labels, write both files."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round")
    cli.add_argument("--given", type=Path, required=True, help="labels given by the person")
    cli.add_argument("--pool", type=Path, required=True, help="pool of the last round")
    cli.add_argument("--images", type=Path, nargs="?", help="pixels, where samples are images")
    cli.add_argument("--model", type=Path, required=True, help="model of the last round")
    cli.add_argument("--encoded", type=Path, nargs="?", help="features of a fixed encoder")
    add_device_arguments(cli)
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--csv", type=Path, required=True, help="CSV file to write")
    arguments = cli.parse_args(argv)

    said = read_table(arguments.given)
    given, classes = from_table(said), metadata_of(said)["classes"]
    ended = read_pool(arguments.pool).ended
    sample_id = to_predict(given)
    probability = None
    if classes and len(sample_id) and not ended:
        if arguments.encoded:
            probability = predict_by_heads(arguments.model, arguments.encoded, sample_id)
        else:
            execution, images = execution_of(arguments), open_images(arguments.images)
            with devices.enough_memory("make `models: forward_batch_size:` smaller"):
                probability = predict(arguments.model, images, sample_id, execution)
    files = said["file"].to_pylist()
    table = labels_table(files, classes, given, arguments.round, sample_id, probability)
    say(summary(table))
    write_csv(arguments.csv, table)
    write_table(arguments.out, table, **keys_of(arguments), classes=classes)


def predict(
    model: Path, images: np.ndarray, sample_id: np.ndarray, execution: Execution
) -> np.ndarray:
    """Return float32[m, classes], the probabilities of a trained model for m samples.

    Raises:
        InputError: a probability is not finite.
    """
    network, spec = load_model(model)
    batches = Batches(images, sample_id, spec, execution.device, execution.room)
    parts = extract(network.to(execution.device), batches, execution)
    probabilities = np.concatenate([probability for _, probability in parts])
    check_finite(sample_id, probabilities, "probabilities", "make `learning_rate:` smaller")
    return probabilities


def predict_by_heads(model: Path, encoded: Path, sample_id: np.ndarray) -> np.ndarray:
    """Return float32[m, classes], the mean softmax of the heads of a round for m samples."""
    features = open_encoded(encoded, int(sample_id.max()) + 1)[sample_id]
    return np.mean([head.probabilities(features) for head in load_heads(model)], axis=0)


if __name__ == "__main__":
    run(main)
