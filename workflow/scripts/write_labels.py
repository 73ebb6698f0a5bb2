"""Write the take-away labels: for each file the label given by a person, or predicted."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cbal.cli import keys_of, parser, run, say
from cbal.labeling.given import from_table
from cbal.labeling.labels import labels_table, summary, to_predict, write_csv
from cbal.learning import device as devices
from cbal.learning.arguments import add_device_arguments, execution_of
from cbal.learning.batches import Batches
from cbal.learning.extraction import extract
from cbal.learning.linear_head import load_heads
from cbal.models.model import load_model
from cbal.pool.rounds import read_pool
from cbal.storage.encoded import open_encoded
from cbal.storage.feature_range import check_finite
from cbal.storage.files import metadata_of, open_images, read_table, write_table

LAST, FINAL = "last round", "final training"  # whose model predicts the labels


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, predict the missing labels, write both files."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round")
    cli.add_argument("--given", type=Path, required=True, help="labels given by the person")
    cli.add_argument("--pool", type=Path, required=True, help="pool of the last round")
    cli.add_argument("--images", type=Path, nargs="?", help="what the last round's network gets")
    cli.add_argument("--model", type=Path, required=True, help="model of the last round")
    cli.add_argument("--metrics", type=Path, nargs="?", help="of the last round")
    cli.add_argument("--final", type=Path, nargs="?", help="model of the final training")
    cli.add_argument("--final-images", type=Path, nargs="?", help="default: --images")
    cli.add_argument("--final-metrics", type=Path, nargs="?", help="of the final training")
    cli.add_argument("--encoded", type=Path, nargs="?", help="features of a fixed encoder")
    add_device_arguments(cli)
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--csv", type=Path, required=True, help="CSV file to write")
    arguments = cli.parse_args(argv)

    said = read_table(arguments.given)
    given, names = from_table(said), metadata_of(said)["classes"]
    gone = dict(metadata_of(said).get("gone", []))
    classes = [name for number, name in enumerate(names) if number not in gone]
    ended = read_pool(arguments.pool).ended
    sample_id = to_predict(given)
    probability, model, inputs, measured = None, arguments.model, arguments.images, {}
    if arguments.final:
        measured = compare(arguments.metrics, arguments.final_metrics)
        if measured["predicted_by"] == FINAL:
            model, inputs = arguments.final, arguments.final_images or inputs
    if classes and len(sample_id) and not ended:
        if arguments.encoded and model is arguments.model:
            probability = predict_by_heads(model, arguments.encoded, sample_id)
        else:
            probability = predict(model, inputs, sample_id, arguments)
    files = said["file"].to_pylist()
    table = labels_table(files, names, given, arguments.round, sample_id, probability, gone)
    say(summary(table))
    write_csv(arguments.csv, table)
    write_table(arguments.out, table, **keys_of(arguments), classes=classes, **measured)


def compare(last: Path, final: Path) -> dict[str, Any]:
    """Return which of two models predicts the labels, and the accuracies that tell.

    Args:
        last: metrics of the last round; final: metrics of the training after it.
    """
    accuracies = [accuracy_of(path) for path in (last, final)]
    better = final_is_better(*accuracies)
    shown = ["unknown" if each is None else f"{each:.4f}" for each in accuracies]
    used, other = (FINAL, LAST) if better else (LAST, FINAL)
    say(
        f"accuracy on the validation images: {shown[0]} after the last round, {shown[1]} after the "
        f"final training; labels are predicted by the model of the {used}, not of the {other}"
    )
    names = ("validation_accuracy_last_round", "validation_accuracy_final_training")
    return {"predicted_by": used, **dict(zip(names, accuracies))}


def accuracy_of(metrics: Path) -> float | None:
    """Return the accuracy that a training measured; None if it measured none."""
    rows = read_table(metrics, ["test_accuracy"])["test_accuracy"].to_pylist()
    return rows[0] if rows else None


def final_is_better(last: float | None, final: float | None) -> bool:
    """Return whether the final training measured better; of equal models the last round's is kept.

    Without a measurement nothing speaks for the final training.
    """
    return last is not None and final is not None and final > last


def predict(model: Path, inputs: Path, sample_id: np.ndarray, arguments: Namespace) -> np.ndarray:
    """Return float32[m, classes], the probabilities of a trained model for m samples.

    Raises:
        InputError: a probability is not finite, or the memory does not suffice.
    """
    network, spec = load_model(model)
    execution, images = execution_of(arguments), open_images(inputs)
    with devices.enough_memory("make `models: forward_batch_size:` smaller"):
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
