"""Train a model on the labels of a pool, or on all true labels, and evaluate it."""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from torch import nn

from cbal.cli import keys_of, parser, run, say
from cbal.errors import InputError
from cbal.learning import device as devices
from cbal.learning.arguments import add_device_arguments, execution_of
from cbal.learning.batches import Batches
from cbal.learning.device import Execution
from cbal.learning.evaluation import evaluate, probabilities
from cbal.learning.forgiving import add_forgiving_argument, forgiving_of
from cbal.learning.training import Training, check_finite, fit
from cbal.models.arguments import add_model_arguments, initial_model
from cbal.models.model import Spec, save_model
from cbal.models.trainable import is_module
from cbal.pool import state as pools
from cbal.pool.learning_set import read_learning_set
from cbal.pool.metrics import METRICS, TIMING, label_metrics
from cbal.pool.take_away import Predicted, take_away, to_predict
from cbal.randomness import generator, of_member
from cbal.stopping.settling import sample_of, write_predictions
from cbal.storage.files import open_images, write_table
from cbal.wording import counted


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round")
    cli.add_argument(
        "--pool", type=Path, nargs="?", help="default: all true labels (supervised baseline)"
    )
    cli.add_argument("--index", type=Path, required=True)
    cli.add_argument("--truth", type=Path, required=True)
    cli.add_argument(
        "--images", type=Path, required=True, help="what the model gets: images, or activations"
    )
    add_model_arguments(cli)
    cli.add_argument("--epochs", type=int, required=True)
    cli.add_argument("--batch-size", type=int, required=True)
    cli.add_argument("--learning-rate", type=float, required=True)
    cli.add_argument("--momentum", type=float, required=True)
    cli.add_argument("--weight-decay", type=float, required=True)
    cli.add_argument("--flip", action="store_true", help="mirror images at random")
    add_forgiving_argument(cli)
    cli.add_argument(
        "--split", choices=["test", "validation"], default="test", help="split to test on"
    )
    cli.add_argument("--dropout", type=float, nargs="?", help="share of the head's inputs to drop")
    cli.add_argument(
        "--member", type=int, default=0, help="number in the ensemble; 0 is the model itself"
    )
    cli.add_argument(
        "--take-away", action="store_true", help="measure the labels to take away: one more pass"
    )
    add_device_arguments(cli)
    cli.add_argument(
        "--metrics", type=Path, nargs="?", help="Parquet file to write; default: do not test"
    )
    cli.add_argument(
        "--predictions", type=Path, nargs="?", help="Parquet file to write, by which a run stops"
    )
    cli.add_argument("--timing", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--model", type=Path, required=True, help="safetensors file to write")
    return cli.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, train, evaluate, write metrics, model and timing."""
    arguments = parse(argv)
    if arguments.flip and is_module(arguments.trainable):
        raise InputError("--flip mirrors images, and activations are not those of mirrored ones")
    given = read_learning_set(arguments.pool, arguments.index, arguments.truth, arguments.split)
    pool, truth, test = given.pool, given.truth, given.test
    images = open_images(arguments.images)
    model, spec = initial_model(arguments, images, given.classes, arguments.member)
    rows, timing, said = [], [], None
    sample = sample_of(pool, arguments.dataset, arguments.seed)
    if pool.ended:
        say("the scenario has ended: nothing to train")
        model = None
    else:
        execution = execution_of(arguments)
        advice = f"make `training: batch_size:` of {arguments.dataset} smaller than"
        with devices.enough_memory(f"{advice} {arguments.batch_size}"):
            measured, timing = _train_and_test(
                arguments, model.to(execution.device), spec, images, pool, test, truth, execution
            )
            if arguments.predictions and len(sample):
                said = _predict(model, spec, images, sample, execution)
        rows = [{**keys_of(arguments), **label_metrics(pool, truth[pool.sample_id]), **measured}]
    save_model(arguments.model, model, spec)
    keys = keys_of(arguments)
    if arguments.predictions:
        write_predictions(arguments.predictions, sample, said, **keys)
    timing = pa.Table.from_pylist([{**keys, **row} for row in timing], TIMING)
    write_table(arguments.timing, timing, **keys)
    if arguments.metrics:
        write_table(arguments.metrics, pa.Table.from_pylist(rows, METRICS), **keys)


def _train_and_test(
    arguments: argparse.Namespace,
    model: nn.Module,
    spec: Spec,
    images: np.ndarray,
    pool: pools.Pool,
    test: np.ndarray,
    truth: np.ndarray,
    execution: Execution,
) -> tuple[dict[str, float | None], list[dict[str, Any]]]:
    """Train the model in place; return accuracy and loss on the held-out split, and timings.

    Without a file of metrics, as for members of an ensemble, the model is not tested.
    """
    device = execution.device
    forgiving = forgiving_of(arguments)
    weight = forgiving.weights_of(pool)
    labeled = weight > 0
    how = Training(
        arguments.epochs,
        arguments.batch_size,
        arguments.learning_rate,
        arguments.momentum,
        arguments.weight_decay,
        arguments.flip,
        arguments.dropout or 0.0,
        forgiving,
    )
    stage = of_member("train", arguments.member)
    rng = generator(arguments.dataset, arguments.seed, arguments.round, stage)
    start = time.perf_counter()
    learned = Batches(images, pool.sample_id[labeled], spec, device, execution.room)
    fit(model, learned, pool.label[labeled], how, rng, execution, weight[labeled])
    del learned  # frees memory for the test images
    devices.wait(device)
    trained = time.perf_counter()
    timing = [_timing("training", trained - start, int(labeled.sum()) * how.epochs)]
    accuracy, loss, result = None, None, "accuracy is unknown: no held-out image has a label"
    if arguments.metrics is None:
        result = f"member {arguments.member} of the ensemble is not tested"
    elif len(test):
        tested = Batches(images, test, spec, device, execution.room)
        accuracy, loss = evaluate(model, tested, truth[test], execution)
        timing.append(_timing("evaluation", time.perf_counter() - trained, len(test)))
        check_finite(loss, "test loss after the last epoch", how)
        result = f"test accuracy {accuracy:.4f}, test loss {loss:.4f}"
    say(f"{counted(labeled.sum(), 'labeled image')}, {result}")
    memory = {"peak_memory_mb": devices.peak_memory_mb(device), "device": devices.describe(device)}
    measured = {"test_accuracy": accuracy, "test_loss": loss}
    if arguments.take_away and arguments.pool and arguments.metrics:
        measured |= _labels_to_take_away(model, spec, images, pool, test, truth, execution)
    return measured, [row | memory for row in timing]


def _labels_to_take_away(
    model: nn.Module,
    spec: Spec,
    images: np.ndarray,
    pool: pools.Pool,
    test: np.ndarray,
    truth: np.ndarray,
    execution: Execution,
) -> dict[str, Any]:
    """Return what the round's labels are worth to who takes them away."""
    parts = []
    for ids in (to_predict(pool), test):
        probability = np.zeros((0, 1), np.float32)
        if len(ids):
            probability = _predict(model, spec, images, ids, execution)
        parts.append(Predicted.of(probability))
    return take_away(pool, truth, parts[0], test, parts[1])


def _predict(
    model: nn.Module, spec: Spec, images: np.ndarray, ids: np.ndarray, execution: Execution
) -> np.ndarray:
    """Return float32[m, classes], the probabilities of m > 0 samples."""
    batches = Batches(images, ids, spec, execution.device, execution.room)
    return probabilities(model, batches, execution)


def _timing(stage: str, seconds: float, images: int) -> dict[str, Any]:
    return {"stage": stage, "seconds": seconds, "images_per_second": images / seconds}


if __name__ == "__main__":
    run(main)
