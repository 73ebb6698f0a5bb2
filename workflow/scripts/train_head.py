"""Fit a linear head to the labels of a pool, or to all true labels, and evaluate it.

The features come from a fixed encoder. Several heads form an ensemble: the first is fitted to all
labels, each other one to a bootstrap sample of them.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from cbal.cli import keys_of, parser, run, say
from cbal.learning import memory
from cbal.learning.forgiving import add_forgiving_argument, forgiving_of, usual
from cbal.learning.linear_head import LinearHead, accuracy_and_loss, fit, save_heads, untrained
from cbal.pool import state as pools
from cbal.pool.learning_set import read_learning_set
from cbal.pool.metrics import METRICS, TIMING, label_metrics
from cbal.pool.take_away import Predicted, take_away, to_predict
from cbal.randomness import generator, of_member
from cbal.stopping.settling import sample_of, write_predictions
from cbal.storage.encoded import open_encoded
from cbal.storage.feature_files import to_batch, write_features
from cbal.storage.files import write_table
from cbal.strategies.support.probabilities import combined


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round")
    cli.add_argument(
        "--pool", type=Path, nargs="?", help="default: all true labels (supervised baseline)"
    )
    cli.add_argument("--index", type=Path, required=True)
    cli.add_argument("--truth", type=Path, required=True)
    cli.add_argument("--encoded", type=Path, required=True, help="features of all samples")
    cli.add_argument("--l2", type=float, required=True, help="strength of the L2 penalty")
    add_forgiving_argument(cli)
    cli.add_argument("--members", type=int, default=1, help="number of heads in the ensemble")
    cli.add_argument(
        "--split", choices=["test", "validation"], default="test", help="split to test on"
    )
    cli.add_argument("--metrics", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--timing", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--model", type=Path, required=True, help="safetensors file to write")
    cli.add_argument(
        "--probabilities", type=Path, nargs="?", help="Parquet file to write, of the unlabeled pool"
    )
    cli.add_argument(
        "--predictions", type=Path, nargs="?", help="Parquet file to write, by which a run stops"
    )
    return cli.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, fit, evaluate, write metrics, head, probabilities and timing."""
    arguments = parse(argv)
    given = read_learning_set(arguments.pool, arguments.index, arguments.truth, arguments.split)
    pool, truth, test = given.pool, given.truth, given.test
    features = open_encoded(arguments.encoded, given.samples)
    heads, rows, timing = [], [], []
    if pool.ended:
        say("the scenario has ended: nothing to train")
    else:
        start = time.perf_counter()
        heads = fit_heads(arguments, features, pool, given.classes)
        fitted = time.perf_counter()
        timing.append(_timing("training", fitted - start, int((pool.kind != pools.NONE).sum())))
        tested = heads[0].probabilities(features[test])
        measured = measure(tested, truth[test])
        if len(test):
            timing.append(_timing("evaluation", time.perf_counter() - fitted, len(test)))
        if arguments.pool:
            left = to_predict(pool)
            predicted = Predicted.of(heads[0].probabilities(features[left]))
            measured |= take_away(pool, truth, predicted, test, Predicted.of(tested))
        rows = [{**keys_of(arguments), **label_metrics(pool, truth[pool.sample_id]), **measured}]
    keys = keys_of(arguments)
    if arguments.probabilities:
        write_features(arguments.probabilities, batches_of(heads, features, pool), **keys)
    if arguments.predictions:
        sample = sample_of(pool, arguments.dataset, arguments.seed)
        said = heads[0].probabilities(features[sample]) if len(sample) else None
        write_predictions(arguments.predictions, sample, said, **keys)
    save_heads(arguments.model, heads)
    of_job = {
        "peak_memory_mb": memory.peak_mb(),
        "device": "cpu, 1 thread",
    }
    timing = pa.Table.from_pylist([{**keys, **row, **of_job} for row in timing], TIMING)
    write_table(arguments.timing, timing, **keys)
    write_table(arguments.metrics, pa.Table.from_pylist(rows, METRICS), **keys)


def fit_heads(
    arguments: argparse.Namespace, features: np.ndarray, pool: pools.Pool, classes: int
) -> list[LinearHead]:
    """Return the head fitted to all labels, then those fitted to bootstrap samples of them."""
    how = forgiving_of(arguments)
    weight = how.weights_of(pool)
    labeled = np.flatnonzero(weight)
    if not len(labeled):
        say("no label yet: the head is not trained")
        return [untrained(features.shape[1], classes)] * arguments.members
    x, label, weight = features[pool.sample_id[labeled]], pool.label[labeled], weight[labeled]
    rest = (how.label_smoothing, how.robustness)
    heads = [fit(x, label, classes, arguments.l2, None if usual(weight) else weight, *rest)]
    for member in range(1, arguments.members):
        stage = of_member("train", member)
        rng = generator(arguments.dataset, arguments.seed, arguments.round, stage)
        count = rng.multinomial(len(x), np.full(len(x), 1 / len(x)))
        drawn = count > 0
        times = count[drawn].astype(np.float32) * weight[drawn]
        heads.append(fit(x[drawn], label[drawn], classes, arguments.l2, times, *rest))
    return heads


def measure(probability: np.ndarray, truth: np.ndarray) -> dict[str, float | None]:
    """Return accuracy and loss on the held-out split; None if none of its images has a label."""
    if not len(truth):
        say("accuracy is unknown: no held-out image has a label")
        return {"test_accuracy": None, "test_loss": None}
    accuracy, loss = accuracy_and_loss(probability, truth)
    say(f"test accuracy {accuracy:.4f}, test loss {loss:.4f}")
    return {"test_accuracy": accuracy, "test_loss": loss}


def batches_of(
    heads: Sequence[LinearHead], features: np.ndarray, pool: pools.Pool
) -> list[pa.RecordBatch]:
    """Return the rows of `probabilities.parquet`; none if nothing is left to ask."""
    sample_id = pool.sample_id[pool.unlabeled]
    if pool.ended or not len(sample_id):
        return []
    open_ = features[sample_id]
    passes = [head.probabilities(open_) for head in heads]
    probability, terms = combined(passes) if len(passes) > 1 else (passes[0], ())
    return [to_batch(sample_id, None, probability, probability.shape[1], terms)]


def _timing(stage: str, seconds: float, images: int) -> dict[str, Any]:
    return {"stage": stage, "seconds": seconds, "images_per_second": images / seconds}


if __name__ == "__main__":
    run(main)
