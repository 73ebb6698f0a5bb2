"""What it takes a person to label all files to 99 %: keystrokes, clicks, and hours by a cost model.

Run it with `PYTHONPATH=workflow/scripts python -m benchmarks.clicks`. It is the loop of the
workflow in one process, with a linear head and `cluster_labels: keep`, and its own accounting:
what a simulated person answers is written as annotations, and these are counted.

The person sees every image, never errs, and takes the images of other classes out of a cluster.
On the page a label or a refusal is one keystroke, and an image that is taken out one click. What
counts are the labels that are taken away: those given, and the model's predictions for all other
files. They are 99 % right

- as a matter of fact, once at least 99 % of all files have their right class. A person does not
  know when;
- by the model: once it expects to be wrong about no more than 1 % of all files. It expects of
  each prediction 1 less its probability;
- by the person: once at most one prediction of a round's single images was wrong. Where they are
  the most doubtful ones, the others are hardly worse.

The table has what was right in fact then: whether these two rules can be trusted.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from sklearn.model_selection import train_test_split

from benchmarks.annotators import CLASSES, load_digits
from benchmarks.report import report
from cbal.learning.linear_head import fit
from cbal.pool import state as pools
from cbal.pool.costs import Costs, seconds_of, work_of
from cbal.pool.oracle import CLUSTER, INDIVIDUAL, Oracle, annotate
from cbal.pool.querying import make_query
from cbal.pool.take_away import Predicted, to_predict
from cbal.randomness import generator
from cbal.strategies import cluster, entropy, random_choice
from cbal.strategies.base import Candidates

GOAL = 0.99  # share of all files whose label is right
PERSON = Oracle(takes_out=True)
# For each scenario the steps of a round by its number: kind, and share of the round's questions.
SINGLE, GROUPS = [(INDIVIDUAL, 1.0)], [(CLUSTER, 1.0)]
SCENARIOS = {
    "random": lambda round: SINGLE,
    "uncertain": lambda round: SINGLE,
    "uncertain+cluster": lambda round: [(INDIVIDUAL, 0.5), (CLUSTER, 0.5)],
    "cluster once, then uncertain": lambda round: GROUPS if round == 1 else SINGLE,
    "cluster three times, then uncertain": lambda round: GROUPS if round <= 3 else SINGLE,
}


@dataclass
class Files:
    """All files of a data set: features, true labels, and the penalty of the head."""

    name: str
    features: np.ndarray
    truth: np.ndarray
    l2: float


@dataclass
class After:
    """What is known after a round.

    Attributes:
        work: float64[5], so far (`work_of`).
        right: share of all files whose label is right.
        expected: the share that the model expects to be right.
        wrong: number of the round's single images that the model predicted wrong before; None if
            there were none, or no model.
    """

    work: np.ndarray
    right: float
    expected: float
    wrong: int | None = None


RULES = {
    "in fact": lambda after: after.right >= GOAL,
    "by the model": lambda after: after.expected >= GOAL,
    "by the person": lambda after: after.wrong is not None and after.wrong <= 1,
}


def all_digits() -> Files:
    """Return all digits, with pixels of variance 1."""
    data = load_digits()
    return Files("digits", data.features, data.truth, data.l2)


def some_of(folder: Path, features: Path, files: int, l2: float) -> Files:
    """Return some files of a data set that the workflow has encoded, the same share of each class.

    Args:
        folder: with `truth.parquet`.
        features: its `encoded/features.npy`.
        files: how many.
        l2: penalty.
    """
    truth = pq.read_table(folder / "truth.parquet")["label"].to_numpy()
    whole = np.arange(len(truth))
    chosen, _ = train_test_split(whole, train_size=files, stratify=truth, random_state=0)
    chosen.sort()
    rows = np.load(features, mmap_mode="r")[chosen]
    return Files(folder.name, rows.astype(np.float32), truth[chosen], l2)


def rounds_of(files: Files, scenario: str, seed: int, questions: int) -> Iterator[After]:
    """Yield what is known after each round, until every file has an individual label."""
    everything = np.arange(len(files.truth))
    pool, head, work, round = pools.initial(everything), None, np.zeros(5), 0
    while pool.unlabeled.any():
        round += 1
        pool, wrong = pools.begin_round(pool, round, "keep"), None
        for kind, share in SCENARIOS[scenario](round):
            open_ = pool.unlabeled if kind == INDIVIDUAL else pool.kind == pools.NONE
            ids = pool.sample_id[open_]
            probability = None if head is None else head.probabilities(files.features[ids])
            candidates = Candidates(ids, files.features[ids], probability)
            usual = random_choice if head is None or scenario == "random" else entropy
            strategy = cluster if kind == CLUSTER else usual
            rng, n = generator(files.name, seed, round, kind), max(int(share * questions), 1)
            query = make_query(candidates, strategy.select, kind, min(n, len(ids)), rng, 1, {})
            answers = annotate(query, files.truth, PERSON)
            work = work + work_of(answers).sum(axis=0)
            pool = pools.apply_annotations(pool, query, answers)
            if kind == INDIVIDUAL and head is not None:
                asked = query["sample_id"].to_numpy()
                guess = head.probabilities(files.features[asked]).argmax(axis=1)
                wrong = int((guess != files.truth[asked]).sum())
        labeled = pool.kind != pools.NONE
        known = pool.sample_id[labeled]
        head = fit(files.features[known], pool.label[labeled], CLASSES, files.l2)
        yield After(work, *taken_away(files, pool, head.probabilities), wrong)


def taken_away(files: Files, pool: pools.Pool, probabilities: Callable) -> tuple[float, float]:
    """Return the share of files with the right label, and the share that the model expects."""
    rest = to_predict(pool)
    right = (pool.label == files.truth) & (pool.kind != pools.NONE)
    if not len(rest):
        return float(right.mean()), 1.0
    predicted = Predicted.of(probabilities(files.features[rest]))
    right[rest] = predicted.label == files.truth[rest]
    return float(right.mean()), 1 - float((1 - predicted.confidence).sum()) / len(right)


def reached(files: Files, scenario: str, seed: int, questions: int) -> dict[str, After]:
    """Return the first round after which each of the `RULES` says that the goal is reached."""
    found: dict[str, After] = {}
    for after in rounds_of(files, scenario, seed, questions):
        for name, rule in RULES.items():
            if name not in found and rule(after):
                found[name] = after
        if len(found) == len(RULES):
            return found
    return {name: found.get(name, after) for name in RULES}


def row(scenario: str, which: str, ends: Sequence[After], files: int) -> dict[str, object]:
    """Return a row of the table: means over seeds."""
    work = np.mean([end.work for end in ends], axis=0)
    keys, clicks = work[[0, 1, 4]].sum(), work[3]
    seconds = float(seconds_of(work, Costs()))
    alone = float(seconds_of(one_by_one(files), Costs()))
    return {
        "scenario": scenario,
        "99 %": which,
        "keystrokes": keys,
        "clicks": clicks,
        "minutes": seconds / 60,
        "actions of one by one, %": 100 * (keys + clicks) / one_by_one(files).sum(),
        "minutes of one by one, %": 100 * seconds / alone,
        "right, %": 100 * float(np.mean([end.right for end in ends])),
        "least right, %": 100 * min(end.right for end in ends),
    }


def one_by_one(files: int) -> np.ndarray:
    """Return the work of labeling so many of the files one by one that 99 % are right."""
    return np.array([np.ceil(GOAL * files), 0, 0, 0, 0])


def rows_of(files: Files, scenarios: Sequence[str], seeds: int, questions: int) -> list[dict]:
    """Return the rows of a data set."""
    n = len(files.truth)
    alone = After(one_by_one(n), np.ceil(GOAL * n) / n, 0.0)
    rows = [row("one by one", "in fact", [alone], n)]
    for scenario in scenarios:
        ends = [reached(files, scenario, seed, questions) for seed in range(seeds)]
        rows += [row(scenario, which, [end[which] for end in ends], n) for which in RULES]
    return rows


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, run each scenario, print a table for each data set."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--seeds", type=int, default=5)
    cli.add_argument("--questions", type=int, default=40, help="a round")
    cli.add_argument("--scenarios", nargs="+", choices=SCENARIOS, default=list(SCENARIOS))
    cli.add_argument("--data", type=Path, help="folder of a prepared data set, in place of digits")
    cli.add_argument("--features", type=Path, help="its encoded/features.npy")
    cli.add_argument("--files", type=int, default=2000, help="of that data set")
    cli.add_argument("--l2", type=float, default=1, help="for that data set")
    arguments = cli.parse_args(argv)
    files = all_digits()
    if arguments.data:
        files = some_of(arguments.data, arguments.features, arguments.files, arguments.l2)
    title = (
        f"{files.name}, {len(files.truth)} files to 99 %, {arguments.questions} questions a round"
    )
    rows = rows_of(files, arguments.scenarios, arguments.seeds, arguments.questions)
    report(f"clicks-{files.name}", title, rows)


if __name__ == "__main__":
    main()
