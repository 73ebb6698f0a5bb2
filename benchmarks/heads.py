"""Heads on fixed features: the fit beside scikit-learn's, a round beside scikit-activeml's."""

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from statistics import median
from time import perf_counter

import numpy as np
from skactiveml.classifier import SklearnClassifier
from skactiveml.pool import UncertaintySampling
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from benchmarks.report import cores, report
from benchmarks.synthetic import CLASSES, classified
from cbal.learning.linear_head import LinearHead, fit
from cbal.pool.oracle import annotate
from cbal.pool.querying import make_query
from cbal.strategies.base import Candidates
from cbal.strategies.registry import STRATEGIES
from cbal.strategies.support.calls import guarded

MISSING = -1
SAME = 1e-4  # largest difference between probabilities of the same optimum
TOLERANCES = (1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9)  # of scikit-learn; the first is its default


def main() -> None:
    """Measure and print the tables."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--rows", type=int, default=20_000, help="labels, for the fit")
    cli.add_argument("--pool", type=int, default=50_000, help="samples, for the round")
    cli.add_argument("--labeled", type=int, default=5000, help="of the pool, before the round")
    cli.add_argument("--test", type=int, default=10_000, help="samples to measure accuracy on")
    cli.add_argument("--dimensions", type=int, default=512)
    cli.add_argument("--interactions", type=int, default=1000)
    cli.add_argument("--l2", type=float, default=30)
    cli.add_argument("--threads", type=int, default=cores())
    cli.add_argument("--repeats", type=int, default=3)
    arguments = cli.parse_args()
    of_fits = f"{arguments.rows:,} x {arguments.dimensions}, {arguments.threads} threads"
    of_round = f"{arguments.interactions:,} of {arguments.pool:,} x {arguments.dimensions}"
    with threadpool_limits(arguments.threads):
        report("heads-fit", f"The fit of a head, {of_fits}", fits(arguments))
        title = f"A round, {of_round}, {arguments.labeled:,} labeled"
        report("heads-round", title, rounds(arguments))


def fits(arguments: argparse.Namespace) -> list[dict[str, object]]:
    """Return a row for our fit and each of scikit-learn's, with seconds and difference to ours.

    scikit-learn's default gets the features as they are, in float32. To reach our optimum it
    needs them in float64, and the first tolerance that is small enough.
    """
    features, label = classified(arguments.rows, arguments.dimensions)
    x = standardised(features)
    ours = partial(fit, features, label, CLASSES, arguments.l2)
    expected = ours().probabilities(features)
    ways, far = {"ours": ours}, {"ours": 0.0}
    for tolerance in TOLERANCES:
        default = tolerance == TOLERANCES[0]
        theirs = fitting(x if default else x.astype(np.float64), label, arguments.l2, tolerance)
        differs = float(np.abs(theirs().predict_proba(x) - expected).max())
        same = differs <= SAME or tolerance == TOLERANCES[-1]
        if default or same:
            name = f"scikit-learn, tolerance {tolerance:g}" + " (default)" * default
            ways[name], far[name] = theirs, differs
        if same:
            break
    seconds = timed(ways, arguments.repeats)
    return [
        {
            "way": name,
            "seconds": seconds[name],
            "ours = 1": seconds[name] / seconds["ours"],
            "largest difference in probability": far[name],
        }
        for name in ways
    ]


def standardised(features: np.ndarray) -> np.ndarray:
    """Return the features as our fit sees them, float32[n, d + 1]."""
    x = features.astype(np.float32)
    scale = x.std(axis=0)
    scale[scale < 1e-6] = 1
    return np.column_stack([(x - x.mean(axis=0)) / scale, np.ones(len(x), np.float32)])


def fitting(x: np.ndarray, label: np.ndarray, l2: float, tolerance: float) -> Callable:
    """Return a call of scikit-learn's fit."""
    words = {"C": 1 / l2, "fit_intercept": False, "tol": tolerance, "max_iter": 10_000}
    return lambda: LogisticRegression(**words).fit(x, label)


def timed(ways: dict[str, Callable], repeats: int) -> dict[str, float]:
    """Return the middle of several times of each way; the ways alternate."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            start = perf_counter()
            way()
            times[name].append(perf_counter() - start)
    return {name: median(each) for name, each in times.items()}


def rounds(arguments: argparse.Namespace) -> list[dict[str, object]]:
    """Return a row for a round of each way: fit, probabilities, query, labels of its samples."""
    n = arguments.pool
    features, label = classified(n + arguments.test, arguments.dimensions)
    pool = features[:n], label[:n]
    labeled = np.random.default_rng(1).choice(n, arguments.labeled, replace=False)
    ways = {
        "ours": lambda: our_round(*pool, labeled, arguments),
        "scikit-activeml": lambda: their_round(*pool, labeled, arguments),
    }
    test, truth = features[n:], label[n:]
    seconds, accuracy, chosen = timed(ways, arguments.repeats), {}, {}
    for name, way in ways.items():
        predict, chosen[name] = way()
        accuracy[name] = float((predict(test).argmax(axis=1) == truth).mean())
    same = len(set(chosen["ours"]) & set(chosen["scikit-activeml"])) / arguments.interactions
    return [
        {
            "way": name,
            "seconds": seconds[name],
            "ours = 1": seconds[name] / seconds["ours"],
            "test accuracy": accuracy[name],
            "samples in common": same,
        }
        for name in ways
    ]


def our_round(
    features: np.ndarray, label: np.ndarray, labeled: np.ndarray, arguments: argparse.Namespace
) -> tuple[Callable, Sequence[int]]:
    """Return the head's prediction, and the samples that were labeled."""
    labeled = np.sort(labeled)
    head: LinearHead = fit(features[labeled], label[labeled], CLASSES, arguments.l2)
    others = np.setdiff1d(np.arange(len(features)), labeled)
    pool = Candidates(others, probabilities=head.probabilities(features[others]))
    strategy, rng = guarded(STRATEGIES["entropy"].address, "individual"), np.random.default_rng(0)
    asked = (arguments.interactions, rng, arguments.threads)
    query = make_query(pool, strategy, "individual", *asked, {})
    annotate(query, label)
    return head.probabilities, query["sample_id"].to_pylist()


def their_round(
    features: np.ndarray, label: np.ndarray, labeled: np.ndarray, arguments: argparse.Namespace
) -> tuple[Callable, Sequence[int]]:
    """Return the classifier's prediction, and the samples that were labeled.

    As in scikit-activeml's guide to pools, on features that are standardised once.
    """
    x, y = features.astype(np.float32), np.full(len(features), MISSING)
    y[labeled] = label[labeled]
    mean, scale = x[labeled].mean(axis=0), x[labeled].std(axis=0)
    x = (x - mean) / scale
    model = LogisticRegression(C=1 / arguments.l2, max_iter=1000)
    classes = np.arange(CLASSES)
    classifier = SklearnClassifier(model, classes=classes, missing_label=MISSING, random_state=0)
    classifier.fit(x, y)
    strategy = UncertaintySampling(method="entropy", missing_label=MISSING, random_state=0)
    chosen = strategy.query(x, y, classifier, fit_clf=False, batch_size=arguments.interactions)
    y[chosen] = label[chosen]
    return lambda test: classifier.predict_proba((test - mean) / scale), chosen.tolist()


if __name__ == "__main__":
    main()
