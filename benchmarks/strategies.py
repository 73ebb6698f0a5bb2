"""Measure seconds and memory of each query strategy, and of the same in scikit-activeml.

The two parts of label propagation are measured too: neighbours, found once for a data set,
and propagation along them, in each round.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np

from benchmarks.processes import measure
from benchmarks.report import cores, report
from benchmarks.synthetic import CLASSES, features_of
from cbal.learning.propagation import graph, neighbours_of, propagate
from cbal.strategies.base import Candidates, History
from cbal.strategies.registry import STRATEGIES
from cbal.strategies.support.calls import load_strategy
from cbal.strategies.support.probabilities import entropy

MISSING = -1
NEIGHBOURS = 10  # of `label_propagation:`, by default
ALPHA = 0.9
# As in scikit-activeml: a cluster for each label after the query, and five neighbours.
SETTINGS = {"typiclust": {"max_clusters": 2**31, "neighbours": 5}}
# Strategies of scikit-activeml by our names: class, arguments, and whether it needs a classifier.
THEIRS = {
    "random": ("RandomSampling", {}, False),
    "entropy": ("UncertaintySampling", {"method": "entropy"}, True),
    "margin": ("UncertaintySampling", {"method": "margin_sampling"}, True),
    "least_confidence": ("UncertaintySampling", {"method": "least_confident"}, True),
    "coreset": ("CoreSet", {}, False),
    "badge": ("Badge", {}, True),
    "typiclust": ("TypiClust", {}, False),
    "probcover": ("ProbCover", {"n_classes": CLASSES}, False),
    "maxherding": ("MaxHerding", {"metric_dict": {"gamma": 1.0}}, False),
}


def main() -> None:
    """Measure each strategy in a separate process and print a table."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--rows", type=int, default=50_000)
    cli.add_argument("--dimensions", type=int, default=512)
    cli.add_argument("--labeled", type=int, default=500)
    cli.add_argument("--interactions", type=int, default=1000)
    cli.add_argument("--threads", type=int, default=cores())
    cli.add_argument("--limit", type=int, default=600, help="seconds for each; then it is ended")
    cli.add_argument("--memory", type=int, default=10, help="GiB for each; more is refused")
    names = [*STRATEGIES, *PARTS]
    cli.add_argument("--only", nargs="+", default=names, choices=names)
    cli.add_argument("--one", nargs=2, metavar=("POOL", "WAY"), help=argparse.SUPPRESS)
    arguments = cli.parse_args()
    if arguments.one:
        choose(Path(arguments.one[0]), arguments.one[1], arguments)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pool.npz"
        write_pool(path, arguments)
        rows = [row(path, name, arguments) for name in arguments.only]
    report(
        "strategies",
        f"{arguments.interactions:,} of {arguments.rows:,} x {arguments.dimensions}, "
        f"{arguments.labeled} labeled, {arguments.threads} threads",
        rows,
    )


def write_pool(path: Path, arguments: argparse.Namespace) -> None:
    """Write features in groups of similar samples, and probabilities of several passes."""
    rng = np.random.default_rng(0)
    features = features_of(arguments.labeled + arguments.rows, arguments.dimensions)
    p = rng.dirichlet(np.ones(CLASSES), arguments.rows).astype(np.float32)
    scores = rng.random((2, arguments.rows), np.float32)
    np.savez(
        path,
        sample_id=np.arange(arguments.rows),
        features=features[arguments.labeled :],
        probabilities=p,
        expected_entropy=entropy(p) * scores[0],
        variation_ratio=scores[0],
        mean_std=scores[1],
        doubt=scores[1],
        labeled_features=features[: arguments.labeled],
    )


def row(path: Path, name: str, arguments: argparse.Namespace) -> dict[str, float | str]:
    """Return a line of the table."""
    seconds, peak, others, _ = run(path, "ours", name, arguments)
    theirs = (np.nan, np.nan, np.nan, "")
    if name in THEIRS:
        theirs = run(path, "theirs", name, arguments)
    return {
        "strategy": name,
        "seconds": seconds,
        "MiB": peak,
        "scikit-activeml: s": theirs[0],
        "scikit-activeml: MiB": theirs[1],
        "times faster": theirs[0] / seconds,
        "scikit-activeml, else": theirs[3],
        "others (CPU s)": np.nansum([others, theirs[2]]),
    }


def run(
    path: Path, way: str, name: str, arguments: argparse.Namespace
) -> tuple[float, float, float, str]:
    """Return seconds of the choice, peak MiB, CPU seconds of others, and why it failed."""
    words = [sys.executable, "-m", "benchmarks.strategies", "--one", str(path), way]
    for flag in ("interactions", "threads", "memory"):
        words += [f"--{flag}", str(getattr(arguments, flag))]
    log = path.with_suffix(".log")
    try:
        usage = measure([*words, "--only", name], log, limit=arguments.limit)
    except subprocess.TimeoutExpired:
        return np.nan, np.nan, np.nan, f"over {arguments.limit} s"
    except SystemExit:
        if "Memory" not in log.read_text():
            raise
        return np.nan, np.nan, np.nan, f"over {arguments.memory} GiB"
    return float(log.read_text().split()[-1]), usage.peak, usage.others, ""


def choose(path: Path, way: str, arguments: argparse.Namespace) -> None:
    """Let one strategy choose from a pool; print how many seconds it took."""
    resource.setrlimit(resource.RLIMIT_AS, (arguments.memory * 2**30,) * 2)
    name = arguments.only[0]
    with np.load(path) as fields:
        pool = Candidates(**fields)
    pool = replace(pool, history=history_of(pool))
    part = PARTS.get(name)
    choice = part(pool, arguments) if part else WAYS[way](name, pool, arguments)
    start = perf_counter()
    chosen = choice()
    seconds = perf_counter() - start
    assert part or len(chosen) == arguments.interactions
    print(seconds)


def history_of(pool: Candidates) -> History:
    """Return a history in which all samples were shown, 50 a cluster, each second one refused."""
    question = np.arange(len(pool)) // 50
    asked = np.arange(question[-1] + 1)
    return History(
        round=np.ones(len(asked), np.int64),
        of_cluster=np.ones(len(asked), bool),
        label=np.where(asked % 2, asked % CLASSES, -1),
        question=question,
        sample_id=np.random.default_rng(0).permutation(pool.sample_id),
        excluded=np.zeros(len(pool), bool),
        known=np.arange(len(pool.labeled_features)) % CLASSES,
        now=2,
    )


def ours(name: str, pool: Candidates, arguments: argparse.Namespace) -> Callable[[], np.ndarray]:
    """Return a call of one of our strategies."""
    select = load_strategy(STRATEGIES[name].address)
    rng, settings = np.random.default_rng(0), SETTINGS.get(name, {})

    def choice() -> np.ndarray:
        chosen = select(pool, arguments.interactions, rng, arguments.threads, **settings)
        return np.unique(chosen.interaction)

    return choice


def theirs(name: str, pool: Candidates, arguments: argparse.Namespace) -> Callable[[], np.ndarray]:
    """Return a call of scikit-activeml's strategy, with a classifier that returns given values."""
    from skactiveml import pool as strategies
    from skactiveml.classifier import ParzenWindowClassifier

    of_class, words, asks = THEIRS[name]
    strategy = getattr(strategies, of_class)(missing_label=MISSING, random_state=0, **words)
    x = np.concatenate([pool.features, pool.labeled_features]).astype(np.float32)
    y = np.full(len(x), MISSING)
    y[len(pool) :] = np.arange(len(pool.labeled_features)) % CLASSES
    model = ParzenWindowClassifier(classes=np.arange(CLASSES), missing_label=MISSING)
    model.predict_proba = lambda candidates: pool.probabilities[: len(candidates)]
    asked = {"clf": model, "fit_clf": False} if asks else {}
    return lambda: strategy.query(x, y, batch_size=arguments.interactions, **asked)


def neighbours(pool: Candidates, arguments: argparse.Namespace) -> Callable[[], object]:
    """Return a call that finds the neighbours along which labels are propagated."""
    return partial(neighbours_of, pool.features, NEIGHBOURS, arguments.threads)


def propagation(pool: Candidates, arguments: argparse.Namespace) -> Callable[[], object]:
    """Return a call that propagates labels of the first samples of the pool to the others."""
    near = neighbours(pool, arguments)()
    weight = (np.arange(len(pool)) < arguments.labeled).astype(np.float32)
    label = (np.arange(len(pool)) % CLASSES).astype(np.int16)
    return lambda: propagate(graph(*near), label, weight, CLASSES, ALPHA)


WAYS = {"ours": ours, "theirs": theirs}
PARTS = {"neighbours": neighbours, "propagation": propagation}


if __name__ == "__main__":
    main()
