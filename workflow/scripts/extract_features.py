"""Write features and probabilities of the unlabeled pool, or of every training sample.

With several models (an ensemble), or several passes of one model, the probabilities are means
over them. Measures of their disagreement are then written too.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from torch import nn

from cbal.cli import keys_of, parser, run, say
from cbal.learning import device as devices
from cbal.learning.arguments import add_device_arguments, execution_of
from cbal.learning.batches import Batches
from cbal.learning.device import Execution
from cbal.learning.extraction import extract, extract_dropping, extract_ensemble, timing_of
from cbal.models.arguments import add_model_arguments, initial_model
from cbal.models.model import load_model
from cbal.pool.metrics import TIMING
from cbal.pool.rounds import read_pool
from cbal.randomness import seed_of
from cbal.stopping.verdict import has_stopped
from cbal.storage.feature_files import DoesNotFitError, to_batch, write_features
from cbal.storage.feature_range import Spread, check_finite, check_informative
from cbal.storage.files import metadata_of, open_images, read_table, samples_of, write_table
from cbal.wording import counted


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, run the model on the images, write its features."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round")
    cli.add_argument("--images", type=Path, required=True)
    cli.add_argument("--index", type=Path, required=True)
    cli.add_argument(
        "--pool", type=Path, help="write its unlabeled samples; default: all training samples"
    )
    cli.add_argument("--stopping", type=Path, nargs="?", help="verdict of the previous round")
    cli.add_argument(
        "--labeled",
        action="store_true",
        help="also write the samples of the pool with an individual label",
    )
    cli.add_argument(
        "--model",
        type=Path,
        nargs="*",
        default=[],
        help="models of the previous round, several for an ensemble; default: the initial model",
    )
    cli.add_argument("--dropout", type=float, nargs="?", help="share of the head's inputs to drop")
    cli.add_argument("--passes", type=int, nargs="?", help="number of passes with dropout")
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
        wanted = pool.unlabeled | arguments.labeled
        ended = pool.ended or has_stopped(arguments.stopping)
        sample_id = pool.sample_id[wanted & (not ended)]
    else:
        sample_id = samples_of(index, "train")
    classes = max(len(metadata_of(index)["classes"]), 1)  # a person may start without any
    advice = "make `models: forward_batch_size:` smaller, or let fewer jobs share it (`gpu=1`)"
    with devices.enough_memory(advice):
        write(arguments, sample_id, classes, execution)
    seconds = time.perf_counter() - start
    say(f"{counted(len(sample_id), 'image')} in {seconds:.1f} s")
    timing = timing_of(len(sample_id), seconds, execution.device)
    keys = keys_of(arguments)
    write_table(arguments.timing, pa.Table.from_pylist([{**keys, **timing}], TIMING), **keys)


def write(
    arguments: argparse.Namespace, sample_id: np.ndarray, classes: int, execution: Execution
) -> None:
    """Write `features.parquet`, in half precision if that keeps the samples apart."""
    spread = Spread()
    rows = rows_of(arguments, sample_id, classes, execution, spread)
    try:
        write_features(arguments.out, rows, spread, **keys_of(arguments))
        return
    except DoesNotFitError:
        say("the features do not fit into half precision: computing them again for float32")
    rows = rows_of(arguments, sample_id, classes, execution, Spread())
    write_features(arguments.out, rows, **keys_of(arguments))


def rows_of(
    arguments: argparse.Namespace,
    sample_id: np.ndarray,
    classes: int,
    execution: Execution,
    spread: Spread,
) -> Iterator[pa.RecordBatch]:
    """Yield rows of `features.parquet` batch by batch; none if `sample_id` is empty.

    The features are float32. They are also added to `spread`.

    Raises:
        InputError: an output is not finite, or different images all have the same features.
    """
    if not len(sample_id):
        return
    images = open_images(arguments.images)
    if arguments.model:
        models, specs = zip(*map(load_model, arguments.model))
        spec = specs[0]
    else:
        model, spec = initial_model(arguments, images, classes)
        models = (model,)
    models = [model.to(execution.device) for model in models]
    batches = Batches(images, sample_id, spec, execution.device, execution.room)
    advice = advice_for(arguments)
    for feature, probability, *terms in outputs(arguments, models, batches, execution):
        rows = sample_id[spread.rows : spread.rows + len(feature)]
        check_finite(rows, feature, "features", advice)
        check_finite(rows, probability, "probabilities", advice)
        spread.add(feature)
        known = probability if arguments.model else None
        yield to_batch(rows, feature, known, spec.classes, terms)
    check_informative(spread, images, sample_id, advice)


def advice_for(arguments: argparse.Namespace) -> str:
    """Return the advice for a model whose features cannot be used."""
    if arguments.model:
        return f"make `training: learning_rate:` of {arguments.dataset} smaller"
    if arguments.weights:
        return f"choose other `weights:` of {arguments.architecture}, or another `architecture:`"
    return f"give {arguments.architecture} pretrained `weights:`, or choose another `architecture:`"


def outputs(
    arguments: argparse.Namespace,
    models: Sequence[nn.Module],
    batches: Batches,
    execution: Execution,
) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield features and probabilities, and measures of disagreement for several passes."""
    if len(models) > 1:
        return extract_ensemble(models, batches, execution)
    if arguments.dropout:
        seed = seed_of(arguments.dataset, arguments.seed, arguments.round, "dropout")
        return extract_dropping(
            models[0], batches, execution, arguments.dropout, arguments.passes, seed
        )
    return extract(models[0], batches, execution)


if __name__ == "__main__":
    run(main)
