"""What each oracle does to accuracy, interactions and hours, on digits or fixed features.

Run it with `PYTHONPATH=workflow/scripts python -m benchmarks.annotators`. It is the loop of the
workflow in one process: a linear head on features, for digits on the standardised pixels.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.model_selection import train_test_split

from cbal.data.public import digits
from cbal.learning.linear_head import LinearHead, fit
from cbal.pool import state as pools
from cbal.pool.costs import Costs, seconds_of, work_of
from cbal.pool.oracle import CLUSTER, INDIVIDUAL, Oracle, annotate, uniform_errors
from cbal.pool.querying import make_query
from cbal.pool.take_away import Predicted, take_away, to_predict
from cbal.randomness import generator
from cbal.strategies import cluster, entropy, random_choice
from cbal.strategies.base import Candidates

CLASSES = 10
SCENARIOS = {
    "uncertain": [INDIVIDUAL],
    "cluster": [CLUSTER],
    "uncertain+cluster": [INDIVIDUAL, CLUSTER],
}
QUICK, SLOW = Costs(0.8, 0.8, 0.23, 0.8, 0.8), Costs(17.6, 17.6, 0.8, 0.8, 17.6)


def erring(rate: float) -> dict[str, np.ndarray]:
    """Return the confusion of both kinds of questions."""
    return {kind: uniform_errors(rate, CLASSES) for kind in (INDIVIDUAL, CLUSTER)}


ORACLES = {
    "usual": Oracle(),
    "sees 9, nearest": Oracle(view=9),
    "sees 9, spread": Oracle(view=9, way="spread"),
    "takes out": Oracle(takes_out=True),
    "takes out, purity 0.6": Oracle(0.6, takes_out=True),
    "5 % errors": Oracle(confusion=erring(0.05)),
    "10 % errors": Oracle(confusion=erring(0.1)),
    "abstains, 10 %": Oracle(abstains=0.1),
}


@dataclass
class Data:
    """Features of all images, their labels, the split, and how a run uses them."""

    name: str
    features: np.ndarray
    truth: np.ndarray
    train: np.ndarray
    test: np.ndarray
    interactions: int
    l2: float


def prepared(folder: Path, features: Path, interactions: int, l2: float) -> Data:
    """Return a data set of ten classes as the workflow has prepared and encoded it."""
    index, truth = (pq.read_table(folder / f"{name}.parquet") for name in ("index", "truth"))
    split = index["split"].to_numpy()
    train, test = (np.flatnonzero(split == name) for name in ("train", "test"))
    label = truth["label"].to_numpy()
    matrix = np.load(features, mmap_mode="r")
    return Data(folder.name, matrix, label, train, test, interactions, l2)


def load_digits() -> Data:
    """Return the digits, with pixels of variance 1."""
    listing = digits()
    pixels = np.stack(list(listing.read(range(len(listing.source))))).reshape(-1, 64)
    scaled = (pixels - pixels.mean(0)) / np.maximum(pixels.std(0), 1)
    train, test = train_test_split(
        np.arange(len(pixels)), test_size=0.2, stratify=listing.label, random_state=0
    )
    features = scaled.astype(np.float32)
    return Data("digits", features, listing.label, np.sort(train), np.sort(test), 40, 10)


def states_of(
    data: Data, scenario: str, oracle: Oracle, seed: int, rounds: int
) -> Iterator[tuple[pools.Pool, LinearHead, np.ndarray]]:
    """Yield pool, head and work so far after each round of a run."""
    pool, head, work = pools.initial(data.train), None, np.zeros(5)
    steps = SCENARIOS[scenario]
    for round in range(1, rounds + 1):
        pool = pools.begin_round(pool, round, "reask")
        for kind in steps:
            ids = pool.sample_id[pool.unlabeled]
            probability = None if head is None else head.probabilities(data.features[ids])
            candidates = Candidates(ids, data.features[ids], probability)
            strategy = cluster if kind == CLUSTER else entropy if head else random_choice
            rng = generator(data.name, seed, round, kind)
            query = make_query(
                candidates, strategy.select, kind, data.interactions // len(steps), rng, 1, {}
            )
            keys = {"dataset": data.name, "seed": seed, "round": round, "step": kind}
            answers = annotate(query, data.truth, oracle, keys)
            work = work + work_of(answers).sum(axis=0)
            pool = pools.apply_annotations(pool, query, answers)
        labeled = pool.kind != pools.NONE
        head = fit(data.features[pool.sample_id[labeled]], pool.label[labeled], CLASSES, data.l2)
        yield pool, head, work


def rounds_of(
    data: Data, scenario: str, oracle: Oracle, seed: int, rounds: int
) -> Iterator[dict[str, float]]:
    """Yield what is known after each round of a run."""
    for pool, head, work in states_of(data, scenario, oracle, seed, rounds):
        parts = (head.probabilities(data.features[ids]) for ids in (to_predict(pool), data.test))
        predicted, tested = map(Predicted.of, parts)
        taken = take_away(pool, data.truth, predicted, data.test, tested)
        right = taken["right_individual"] + taken["right_cluster"] + taken["right_predicted"]
        given = len(pool.label) - len(predicted.label)
        yield {
            "accuracy": taken["held_out_right"] / len(data.test),
            "interactions": pool.interactions,
            "clusters": pool.cluster,
            "refused": work[4],
            "taken out": work[3],
            "hours": seconds_of(work, Costs()) / 3600,
            "quick": seconds_of(work, QUICK) / 3600,
            "slow": seconds_of(work, SLOW) / 3600,
            "files right": right / len(pool.label),
            "covered": (given + taken["images_confident"]) / len(pool.label),
        }


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, run each oracle, print a table as Markdown."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--seeds", type=int, default=5)
    cli.add_argument("--rounds", type=int, default=6)
    cli.add_argument("--oracles", nargs="+", choices=ORACLES, default=list(ORACLES))
    cli.add_argument("--scenarios", nargs="+", choices=SCENARIOS, default=list(SCENARIOS))
    cli.add_argument("--data", type=Path, help="folder of a prepared data set, in place of digits")
    cli.add_argument("--features", type=Path, help="its encoded/features.npy")
    cli.add_argument("--interactions", type=int, default=400, help="a round, for that data set")
    cli.add_argument("--l2", type=float, default=30, help="for that data set")
    cli.add_argument("--curves", type=Path, help="Parquet file to write: a row for every round")
    arguments = cli.parse_args(argv)
    data = load_digits()
    if arguments.data:
        data = prepared(arguments.data, arguments.features, arguments.interactions, arguments.l2)
    head, curves = None, []
    for name in arguments.oracles:
        for scenario in arguments.scenarios:
            runs = [
                list(rounds_of(data, scenario, ORACLES[name], seed, arguments.rounds))
                for seed in range(arguments.seeds)
            ]
            keys = {"data": data.name, "oracle": name, "scenario": scenario}
            curves += [
                {**keys, "seed": seed, "round": round, **row}
                for seed, run in enumerate(runs)
                for round, row in enumerate(run, 1)
            ]
            if arguments.curves:
                pq.write_table(pa.Table.from_pylist(curves), arguments.curves)
            last = [run[-1] for run in runs]
            if head is None:
                head = ["oracle", "scenario", *last[0]]
                print("|", " | ".join(head), "|")
                print("|", " | ".join(["---"] * 2 + ["---:"] * len(last[0])), "|")
            cells = [_cell(key, np.array([run[key] for run in last])) for key in last[0]]
            print("|", " | ".join([name, scenario, *cells]), "|", flush=True)


def _cell(name: str, values: np.ndarray) -> str:
    """Return a mean; of shares with its standard deviation over seeds."""
    if name in ("interactions", "clusters", "refused", "taken out"):
        return f"{values.mean():.0f}"
    if name in ("hours", "quick", "slow"):
        return f"{values.mean():.2f}"
    spread = values.std(ddof=1) if len(values) > 1 else 0
    return f"{values.mean():.3f} ± {spread:.3f}"


if __name__ == "__main__":
    main()
