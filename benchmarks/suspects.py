"""How many wrong labels are among the most suspect ones, on scikit-learn's digits.

Run it with `PYTHONPATH=workflow/scripts python -m benchmarks.suspects`. One round of random images
and of clusters is answered with mistakes, then several ways rank the labels. Cleanlab's ways are
measured where it is installed.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from benchmarks.annotators import CLASSES, Data, erring, load_digits
from cbal.learning.linear_head import fit
from cbal.learning.out_of_fold import out_of_fold
from cbal.pool import state as pools
from cbal.pool.oracle import CLUSTER, INDIVIDUAL, Oracle, annotate
from cbal.pool.querying import make_query
from cbal.randomness import generator
from cbal.strategies import cluster, random_choice
from cbal.strategies.base import Candidates

try:
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores
except ImportError:
    find_label_issues = get_label_quality_scores = None

FOLDS, FIRST = 5, (25, 50, 100)
STEPS = ((INDIVIDUAL, random_choice, 60), (CLUSTER, cluster, 60))
Way = Callable[[np.ndarray, np.ndarray], np.ndarray]  # label, probability -> lowest is most suspect


def labels_of_round(data: Data, rate: float, seed: int) -> pools.Pool:
    """Return the pool after a round in which a share of the answers is wrong."""
    pool = replace(pools.initial(data.train), round=1)
    oracle = Oracle(confusion=erring(rate)) if rate else Oracle()
    for kind, strategy, n in STEPS:
        ids = pool.sample_id[pool.unlabeled]
        rng = generator(data.name, seed, 1, kind)
        candidates = Candidates(ids, data.features[ids])
        query = make_query(candidates, strategy.select, kind, n, rng, 1, {})
        keys = {"dataset": data.name, "seed": seed, "round": 1, "step": kind}
        pool = pools.apply_annotations(pool, query, annotate(query, data.truth, oracle, keys))
    return pool


def confidence(label: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return the probability of each label."""
    return probability[np.arange(len(label)), label]


def margin(label: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return the probability of each label, minus that of the likeliest other class."""
    others = probability.copy()
    others[np.arange(len(label)), label] = -1
    return confidence(label, probability) - others.max(axis=1)


def adjusted(label: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return Cleanlab's self-confidence, adjusted by the mean of each class."""
    return get_label_quality_scores(label, probability, adjust_pred_probs=True)


def issues(label: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return the place of each label in Cleanlab's list of issues; those not in it come last."""
    listed = find_label_issues(
        label, probability, return_indices_ranked_by="self_confidence", n_jobs=1
    )
    place = len(label) + confidence(label, probability)
    place[listed] = np.arange(len(listed))
    return place


def ways() -> dict[str, tuple[str, Way]]:
    """Return, by name, how probabilities are computed and how labels are ranked by them."""
    own = {
        "confidence": ("whole", confidence),
        "margin": ("whole", margin),
        "confidence, folds of samples": ("split", confidence),
        "confidence, no folds": ("fitted", confidence),
    }
    if find_label_issues is None:
        return own
    return own | {
        "Cleanlab, adjusted confidence": ("whole", adjusted),
        "Cleanlab, issues": ("whole", issues),
    }


def found(data: Data, rate: float, seed: int) -> dict[str, list[float]]:
    """Return for each way the share of wrong labels among the first so many; and their number."""
    pool = labels_of_round(data, rate, seed)
    given = pool.kind != pools.NONE
    x, label = data.features[pool.sample_id[given]], pool.label[given]
    groups = pool.interaction[given]
    wrong = label != data.truth[pool.sample_id[given]]
    alone = np.arange(len(label))
    by = {
        name: out_of_fold(
            x, label, of, CLASSES, data.l2, FOLDS, generator(data.name, seed, 1, "folds")
        )
        for name, of in (("whole", groups), ("split", alone))
    }
    by["fitted"] = fit(x, label, CLASSES, data.l2).probabilities(x)
    result = {"labels": [len(label), wrong.sum()]}
    for name, (probabilities, way) in ways().items():
        order = np.argsort(way(label, by[probabilities]), kind="stable")
        result[name] = [wrong[order[:n]].sum() / max(min(n, wrong.sum()), 1) for n in FIRST]
    return result


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, measure, print a table as Markdown for each rate of mistakes."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--seeds", type=int, default=5)
    cli.add_argument("--rates", type=float, nargs="+", default=[0, 0.05, 0.1])
    arguments = cli.parse_args(argv)
    data = load_digits()
    for rate in arguments.rates:
        runs = [found(data, rate, seed) for seed in range(arguments.seeds)]
        labels, wrong = np.mean([run.pop("labels") for run in runs], axis=0)
        print(f"\n{rate:.0%} mistakes: {wrong:.0f} of {labels:.0f} labels are wrong\n")
        print("| way |", " | ".join(f"first {n}" for n in FIRST), "|")
        print("| --- |", " | ".join("---:" for _ in FIRST), "|")
        for name in runs[0]:
            values = np.array([run[name] for run in runs])
            spread = values.std(axis=0, ddof=1) if len(runs) > 1 else 0 * values[0]
            cells = [f"{m:.2f} ± {s:.2f}" for m, s in zip(values.mean(0), spread, strict=True)]
            print("|", " | ".join([name, *cells]), "|", flush=True)


if __name__ == "__main__":
    main()
