"""Write the labels that a round's model learns: with weights, and with propagated labels.

The pool itself, and with it the labels to take away, stays as the annotator made it.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from cbal.cli import keys_of, parser, run, say
from cbal.learning.out_of_fold import out_of_fold
from cbal.learning.sieve import contradicted, nearest
from cbal.pool.rounds import read_pool, write_pool
from cbal.pool.state import CLUSTER, NONE, Pool, give_pseudo_labels
from cbal.randomness import generator
from cbal.storage.features_of import features_of
from cbal.storage.neighbours import read_neighbours
from cbal.wording import counted

Read = Callable[[np.ndarray], np.ndarray]  # takes bool[n]; returns the features of these samples


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, weigh and propagate the labels of the pool, write it."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round")
    cli.add_argument("--pool", type=Path, required=True, help="pool after the round")
    cli.add_argument(
        "--features", type=Path, nargs="?", help="features by the model of the previous round"
    )
    cli.add_argument("--encoded", type=Path, nargs="?", help="features of a fixed encoder")
    cli.add_argument("--sieve", type=json.loads, nargs="?", help="settings, as JSON")
    cli.add_argument("--propagation", type=json.loads, nargs="?", help="settings, as JSON")
    cli.add_argument(
        "--neighbours", type=Path, nargs="?", help="of all samples; default: they are found here"
    )
    cli.add_argument("--threads", type=int, default=1)
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    pool = read_pool(arguments.pool)

    def features(chosen: np.ndarray) -> np.ndarray:
        return features_of(pool.sample_id[chosen], arguments.features, arguments.encoded)

    learned = pool
    if arguments.sieve and (pool.kind == CLUSTER).any():
        learned = replace(learned, weight=sieve(learned, features, arguments))
    if arguments.propagation and not pool.ended and (pool.kind != NONE).any():
        learned = propagate(learned, features, arguments)
    write_pool(arguments.out, learned, **keys_of(arguments))


def sieve(pool: Pool, features: Read, arguments: argparse.Namespace) -> np.ndarray:
    """Return the weights of labels, float32[n]: 1, or less for those of clusters."""
    how, weight = arguments.sieve, np.ones(len(pool.kind), np.float32)
    of_cluster = pool.kind == CLUSTER
    if how["keep"] == "nearest":
        members = features(of_cluster), pool.answer[of_cluster]
        weight[of_cluster] = nearest(*members, how["share"])
    else:
        given = pool.given
        label, groups = pool.label[given], pool.answer[given]
        rng = generator(arguments.dataset, arguments.seed, arguments.round, "sieve")
        fitted = (int(label.max()) + 1, how["l2"], how["folds"], rng, arguments.threads)
        probability = out_of_fold(features(given), label, groups, *fitted)
        believed = ~contradicted(probability, label)
        if how["keep"] == "all":
            believed = probability[np.arange(len(label)), label]
        weight[of_cluster] = believed[of_cluster[given]]
    left_out = int((weight == 0).sum())
    say(f"{left_out} of {counted(of_cluster.sum(), 'cluster label')} left out of the training")
    return weight


def propagate(pool: Pool, features: Read, arguments: argparse.Namespace) -> Pool:
    """Return the pool with propagated labels, which count by their certainty."""
    from cbal.learning import propagation  # with Faiss, which a sieve does not need

    how, file = arguments.propagation, arguments.neighbours
    weight = np.ones(len(pool.kind), np.float32) if pool.weight is None else pool.weight
    given = np.where(pool.given, weight, 0)
    near = read_neighbours(file, pool.sample_id) if file else None
    if near is None:  # there is no file, or the pool has grown
        members = features(pool.kind >= NONE)
        near = propagation.neighbours_of(members, how["neighbours"], arguments.threads)
    joined = propagation.graph(*near)
    classes = int(pool.label.max()) + 1
    label, certainty = propagation.propagate(joined, pool.label, given, classes, how["alpha"])
    chosen = (pool.kind == NONE) & (certainty > how["certainty"])
    say(f"{counted(chosen.sum(), 'label')} propagated")
    weight = np.where(chosen, certainty, weight)
    return replace(give_pseudo_labels(pool, chosen, label), weight=weight)


if __name__ == "__main__":
    run(main)
