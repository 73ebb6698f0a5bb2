"""What each oracle does to accuracy, interactions and hours, on scikit-learn's digits.

Run it with `PYTHONPATH=workflow/scripts python -m benchmarks.annotators`. It is the loop of the
workflow in one process: a linear head on the standardised pixels, so that a round takes a second.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
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

CLASSES, L2, INTERACTIONS = 10, 10, 40
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
    """Features of all images, their labels, and the split."""

    features: np.ndarray
    truth: np.ndarray
    train: np.ndarray
    test: np.ndarray


def load() -> Data:
    """Return the digits, with pixels of variance 1."""
    listing = digits()
    pixels = np.stack(list(listing.read(range(len(listing.source))))).reshape(-1, 64)
    scaled = (pixels - pixels.mean(0)) / np.maximum(pixels.std(0), 1)
    train, test = train_test_split(
        np.arange(len(pixels)), test_size=0.2, stratify=listing.label, random_state=0
    )
    return Data(scaled.astype(np.float32), listing.label, np.sort(train), np.sort(test))


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
            rng = generator("digits", seed, round, kind)
            query = make_query(
                candidates, strategy.select, kind, INTERACTIONS // len(steps), rng, 1, {}
            )
            keys = {"dataset": "digits", "seed": seed, "round": round, "step": kind}
            answers = annotate(query, data.truth, oracle, keys)
            work = work + work_of(answers).sum(axis=0)
            pool = pools.apply_annotations(pool, query, answers)
        labeled = pool.kind != pools.NONE
        head = fit(data.features[pool.sample_id[labeled]], pool.label[labeled], CLASSES, L2)
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
    arguments = cli.parse_args(argv)
    data, head = load(), None
    for name in arguments.oracles:
        for scenario in arguments.scenarios:
            runs = [
                list(rounds_of(data, scenario, ORACLES[name], seed, arguments.rounds))[-1]
                for seed in range(arguments.seeds)
            ]
            if head is None:
                head = ["oracle", "scenario", *runs[0]]
                print("|", " | ".join(head), "|")
                print("|", " | ".join(["---"] * 2 + ["---:"] * len(runs[0])), "|")
            cells = [_cell(key, np.array([run[key] for run in runs])) for key in runs[0]]
            print("|", " | ".join([name, scenario, *cells]), "|", flush=True)


def _cell(name: str, values: np.ndarray) -> str:
    """Return a mean; of shares with its standard deviation over seeds."""
    if name in ("interactions", "refused", "taken out"):
        return f"{values.mean():.0f}"
    if name in ("hours", "quick", "slow"):
        return f"{values.mean():.2f}"
    spread = values.std(ddof=1) if len(values) > 1 else 0
    return f"{values.mean():.3f} ± {spread:.3f}"


if __name__ == "__main__":
    main()
