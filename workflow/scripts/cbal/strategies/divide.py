"""Parts of refused clusters, each shown as a cluster; k-means clusters of the other samples.

The labels are sought from the top of a tree down, as by Dasgupta and Hsu (2008). There random
samples of a node tell whether it is pure. Here the answer to the node itself tells.
"""

from dataclasses import replace

import numpy as np

from cbal.clustering.blocks import workers
from cbal.clustering.parts import best_of_starts, in_order
from cbal.errors import InputError
from cbal.log import say
from cbal.strategies import cluster as plain
from cbal.strategies.base import Candidates, History, Selection, nothing, nothing_asked
from cbal.strategies.support.checks import positive, squared_norms
from cbal.wording import counted


def select(
    candidates: Candidates,
    n: int,
    rng: np.random.Generator,
    threads: int = 1,
    parts: int = 2,
    iterations: int = 40,
    device: str = "cpu",
    levels: int = 1,
) -> Selection:
    """Divide refused clusters by k-means and show each part in one interaction.

    A candidate is in a refused cluster if the latest cluster that showed it was refused. First
    come the clusters that may hide most: see `impure`. If the last one has more parts than there
    are interactions left, its largest parts are shown, and the others wait. Interactions that no
    refused cluster needs show k-means clusters of the other candidates, without those that got a
    label in this round. A note `part_of` has the question whose cluster was divided, or -1.

    Args:
        candidates: with features.
        n: number of interactions.
        rng: draws the first centroids.
        threads: number of CPU threads.
        parts: of a refused cluster, at least 2.
        iterations, device, levels: of k-means.

    Raises:
        InputError: a feature is not a finite number, or a setting is too small.
    """
    positive(parts=parts, iterations=iterations)
    if parts < 2:
        raise InputError(f"setting parts: {parts} divides nothing; make it 2 or more")
    if not len(candidates) or not n:
        return nothing()
    with workers(threads) as share:
        squared_norms(candidates, share)
    history = candidates.history or nothing_asked()
    latest = history.latest(candidates.sample_id, history.of_cluster[history.question])
    refused = refused_clusters(history, latest)
    seed = int(rng.integers(2**31))
    shown: list[Selection] = []
    for question in refused:
        if len(shown) >= n:
            break
        of_question = _only(candidates, latest == question)
        shown += _parts(of_question, int(question), parts, seed, iterations, threads)
    shown = shown[:n]
    left = n - len(shown)
    if left:
        of_others = f"k-means clusters of the other samples for {counted(left, 'interaction')}"
        say(f"{counted(len(refused), 'refused cluster')} to divide; {of_others}")
        rest = ~np.isin(latest, refused) & ~_labeled_now(history, candidates.sample_id)
        others = _only(candidates, rest)
        more = plain.select(others, left, rng, threads, iterations, device, levels)
        shown.append(
            replace(more, notes={"part_of": np.full(len(np.unique(more.interaction)), -1)})
        )
    return _joined(shown)


def refused_clusters(history: History, latest: np.ndarray) -> np.ndarray:
    """Return int64[r], the refused questions that can be divided, those that may hide most first.

    A question that showed a single sample cannot be divided. The order is by the number of
    candidates times `impure`; ties by the number of the question.

    Args:
        history: of the run.
        latest: int64[n], for each candidate the latest question that showed it in a cluster.
    """
    questions, candidates = np.unique(latest[latest >= 0], return_counts=True)
    sizes = np.bincount(history.question, minlength=len(history.label))
    open_ = (history.label[questions] < 0) & (sizes[questions] > 1)
    questions, candidates = questions[open_], candidates[open_]
    hidden = candidates * impure(history, questions)
    return questions[np.lexsort((questions, -hidden))]


def impure(history: History, questions: np.ndarray) -> np.ndarray:
    """Return float64[r], the upper bounds of the shares of clusters not of their modal class.

    Dasgupta and Hsu (2008): of N samples n have an individual label, of which the share p is of
    the modal class. The lower bound of the share of that class is p - f / n - sqrt(f p (1 - p) / n)
    with f = 1 - n / N, and at least n p / N. Their samples are random. Ours are those that other
    steps asked for, often the least certain ones, so that the bound is rather too high.

    Args:
        history: of the run.
        questions: int64[r], ascending, the clusters.
    """
    single = (~history.of_cluster & (history.label >= 0))[history.question]
    samples, at = np.unique(history.sample_id, return_inverse=True)
    alone = history.latest(samples, single)[at]
    number = np.full(len(history.label), -1)
    number[questions] = np.arange(len(questions))
    of_cluster = number[history.question]
    known = (of_cluster >= 0) & (alone >= 0)
    counts = np.zeros((len(questions), int(history.label.max(initial=0)) + 1))
    np.add.at(counts, (of_cluster[known], history.label[alone[known]]), 1)
    size = np.bincount(history.question, minlength=len(history.label))[questions]
    n, most = counts.sum(axis=1), counts.max(axis=1)
    p, f = most / np.maximum(n, 1), 1 - n / size
    lower = p - f / np.maximum(n, 1) - np.sqrt(f * p * (1 - p) / np.maximum(n, 1))
    return 1 - np.maximum(lower, most / size)


def _labeled_now(history: History, sample_id: np.ndarray) -> np.ndarray:
    """Return bool[n], whether a cluster of this round gave each candidate a label."""
    given = history.of_cluster & (history.label >= 0) & (history.round == history.now)
    return history.latest(sample_id, given[history.question] & ~history.excluded) >= 0


def _parts(
    candidates: Candidates, question: int, parts: int, seed: int, iterations: int, threads: int
) -> list[Selection]:
    """Return each part of a cluster as a selection of one interaction, the largest first."""
    k = min(parts, len(candidates))
    part, distance = best_of_starts(candidates.features, k, seed + question, iterations, threads)
    if len(np.unique(part)) < 2:  # equal features: without this, the same would be asked again
        part = np.arange(len(candidates)) * k // len(candidates)
    return [
        Selection(
            interaction=np.zeros(len(rows), np.int32),
            sample_id=candidates.sample_id[rows],
            score=distance[rows],
            notes={"part_of": np.array([question])},
        )
        for rows in in_order(part, distance)
    ]


def _only(candidates: Candidates, rows: np.ndarray) -> Candidates:
    return Candidates(candidates.sample_id[rows], features=candidates.features[rows])


def _joined(selections: list[Selection]) -> Selection:
    """Return several selections as one, with their interactions one after another."""
    if not selections:
        return nothing()
    counts = [len(each.notes["part_of"]) for each in selections]
    first = np.repeat(np.cumsum([0, *counts[:-1]]), [len(each.sample_id) for each in selections])
    interaction = np.concatenate([each.interaction for each in selections])
    return Selection(
        interaction=(interaction + first).astype(np.int32),
        sample_id=np.concatenate([each.sample_id for each in selections]),
        score=np.concatenate([each.score for each in selections]).astype(np.float32),
        notes={"part_of": np.concatenate([each.notes["part_of"] for each in selections])},
    )
