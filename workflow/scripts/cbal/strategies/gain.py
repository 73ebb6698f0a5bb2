"""Clusters of the largest expected gain, out of more clusters than there are interactions."""

from statistics import NormalDist

import numpy as np

from cbal.clustering.blocks import workers
from cbal.clustering.kmeans import kmeans
from cbal.strategies.base import (
    Candidates,
    History,
    Selection,
    nothing,
    nothing_asked,
    refuse,
)
from cbal.strategies.support.checks import labeled_rows, positive, squared_norms

ENOUGH = 20  # answers from which the chance of later clusters is learned
# What the chance is learned from, beside the size. They are noted when a cluster is shown, since
# afterwards the model has learned from the answer.
TRAITS = ("share", "confidence", "radius", "refused")


def select(
    candidates: Candidates,
    n: int,
    rng: np.random.Generator,
    threads: int = 1,
    finer: int = 3,
    purity: float = 0.8,
    sure: float = 0.9,
    iterations: int = 20,
    device: str = "cpu",
    levels: int = 1,
) -> Selection:
    """Divide all candidates into `finer` times n clusters and show the n of largest gain.

    The gain of a cluster is the chance that it is accepted, times what the model does not know
    of its samples: the sum of 1 - p of the likeliest class, or the size without a trained head. A
    sample counts as known if an earlier answer gave it the label that the model now predicts with
    at least `sure`. A cluster of such samples alone is not shown. Clusters with the largest gain
    come first; within a cluster, the sample nearest to the centroid. `score` is the gain.

    The chance is learned from earlier clusters by logistic regression on `TRAITS` and size, once
    there are `ENOUGH` answers. Until then it is `chance_of`.

    Args:
        candidates: with features; probabilities and labeled features where there are any.
        n: number of interactions.
        rng: draws the first centroids.
        threads: number of CPU threads.
        finer: clusters for each interaction.
        purity: share of one class from which the annotator accepts a cluster.
        sure: probability from which a prediction is sure.
        iterations, device, levels: of k-means; fewer iterations than those of `cluster`, since
            there are more clusters.

    Raises:
        InputError: a feature or a probability is not a finite number, or a setting is not above 0.
    """
    positive(finer=finer, purity=purity, sure=sure, iterations=iterations)
    if not len(candidates) or not n:
        return nothing()
    with workers(threads) as share:
        squared_norms(candidates, share)
    labeled = labeled_rows(candidates)
    p, history = candidates.probabilities, candidates.history or nothing_asked()
    if p is not None:
        refuse(candidates.sample_id, ~np.isfinite(p).all(axis=1), "probabilities")
    together = np.concatenate([labeled.astype(candidates.features.dtype), candidates.features])
    k, seed = min(finer * n, len(together)), int(rng.integers(2**31))
    nearest, distance = kmeans(together, k, seed, iterations, threads, device, levels)
    of_labeled, cluster = _numbered(nearest, len(labeled))
    distance = distance[len(labeled) :]

    composition = composition_of(cluster, p, of_labeled, history.known)
    traits = traits_of(candidates, cluster, distance, composition, history)
    chance = learned_chance(history, traits, np.bincount(cluster))
    if chance is None:
        chance = chance_of(composition, purity)
    doubt = np.ones(len(candidates)) if p is None else 1 - p.max(axis=1).astype(np.float64)
    gain = chance * np.bincount(cluster, doubt)
    unknown = np.bincount(cluster, ~is_known(candidates, history, sure)) > 0
    first = np.unique(cluster, return_index=True)[1]  # the smallest `sample_id` breaks ties
    best = np.lexsort((first, -gain, ~unknown))[: min(n, int(unknown.sum()))]
    return _shown(candidates, cluster, distance, gain, best, traits | {"chance": chance})


def composition_of(
    cluster: np.ndarray, p: np.ndarray | None, of_labeled: np.ndarray, known: np.ndarray
) -> np.ndarray:
    """Return float64[k, classes], how many samples of each class a cluster is expected to have.

    A candidate counts by its probabilities, none without a trained head. A labeled sample that
    lies in the cluster counts by its label.

    Args:
        cluster: int64[m], the cluster of each candidate.
        p: float32[m, classes] or None, their probabilities.
        of_labeled: int64[l], the cluster of each labeled sample; -1 for one without candidates.
        known: int64[l], their labels; empty if they are not known.
    """
    k = int(cluster.max()) + 1
    classes = max(0 if p is None else p.shape[1], int(known.max(initial=0)) + 1)
    counts = np.zeros((k, classes))
    for number in range(0 if p is None else p.shape[1]):
        counts[:, number] = np.bincount(cluster, p[:, number], k)
    inside = np.flatnonzero(of_labeled[: len(known)] >= 0)
    np.add.at(counts, (of_labeled[inside], known[inside]), 1)
    return counts


def chance_of(composition: np.ndarray, purity: float) -> np.ndarray:
    """Return float64[k], the chance that the modal class of a cluster has the share `purity`.

    If the m samples that are known or predicted are of the modal class independently with the
    chance s, the mean share of that class, its share is about normal, with variance s (1 - s) / m.
    A cluster of which nothing is known has the chance 1.

    Args:
        composition: float64[k, classes], see `composition_of`.
        purity: smallest share of an accepted cluster.
    """
    m = composition.sum(axis=1)
    share = _share(composition)
    deviation = np.sqrt(np.maximum(share * (1 - share), 1e-6) / np.maximum(m, 1))
    return np.array([NormalDist().cdf(z) for z in (share - purity) / deviation])


def traits_of(
    candidates: Candidates,
    cluster: np.ndarray,
    distance: np.ndarray,
    composition: np.ndarray,
    history: History,
) -> dict[str, np.ndarray]:
    """Return the traits of k clusters, by name: float64[k]; NaN where they need a trained head.

    `share` is the expected share of the modal class, `confidence` the mean probability of the
    likeliest class, `radius` the mean squared distance to the centroid relative to that of all
    candidates, and `refused` the share of samples whose latest cluster was refused.
    """
    size = np.bincount(cluster)
    p = candidates.probabilities
    unknown = np.full(len(size), np.nan)
    shown = history.latest(candidates.sample_id, history.of_cluster[history.question])
    refused = (shown >= 0) & (np.append(history.label, 0)[shown] < 0)
    return {
        "share": unknown if p is None else _share(composition),
        "confidence": unknown if p is None else np.bincount(cluster, p.max(axis=1)) / size,
        "radius": np.bincount(cluster, distance) / size / max(float(distance.mean()), 1e-12),
        "refused": np.bincount(cluster, refused) / size,
    }


def learned_chance(
    history: History, traits: dict[str, np.ndarray], size: np.ndarray
) -> np.ndarray | None:
    """Return float64[k], the chance of each cluster as learned from answers to earlier ones.

    None if there are too few answers, or if the traits need a model that is not there yet.

    Args:
        history: with the traits of earlier clusters, as they were when these were shown.
        traits: of k clusters.
        size: int64[k].
    """
    now = np.column_stack([np.log(size), *(traits[name] for name in TRAITS)])
    if not set(TRAITS) <= set(history.notes) or not np.isfinite(now).all():
        return None
    sizes = np.bincount(history.question, minlength=len(history.label))
    before = np.column_stack([np.log(sizes), *(history.notes[name] for name in TRAITS)])
    asked = np.isfinite(before).all(axis=1)
    accepted = history.label[asked] >= 0
    if len(accepted) < ENOUGH:
        return None
    if accepted.all() or not accepted.any():  # then the rule of succession
        return np.full(len(size), (accepted.sum() + 1) / (len(accepted) + 2))
    # Here, since the import takes a second, and most rounds do not need it.
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(before[asked], accepted)
    return model.predict_proba(now)[:, 1]


def is_known(candidates: Candidates, history: History, sure: float) -> np.ndarray:
    """Return bool[n], whether the model surely predicts the label that a sample got last."""
    if candidates.probabilities is None:
        return np.zeros(len(candidates), bool)
    given = (history.label[history.question] >= 0) & ~history.excluded
    latest = history.latest(candidates.sample_id, given)
    label = np.append(history.label, -1)[latest]  # -1, no question, finds the last one
    p = candidates.probabilities
    return (p.argmax(axis=1) == label) & (p.max(axis=1) >= sure)


def _numbered(nearest: np.ndarray, labeled: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the clusters of labeled samples and of candidates, numbered from 0 without gaps.

    Args:
        nearest: int64[labeled + n], the centroids of labeled samples and of candidates.
        labeled: number of labeled samples; one in a cluster without candidates gets -1.
    """
    inside, cluster = np.unique(nearest[labeled:], return_inverse=True)
    number = np.full(int(nearest.max()) + 1, -1)
    number[inside] = np.arange(len(inside))
    return number[nearest[:labeled]], cluster


def _share(composition: np.ndarray) -> np.ndarray:
    """Return float64[k], the share of the modal class; 1 for a cluster without any sample."""
    m = composition.sum(axis=1)
    return np.where(m > 0, composition.max(axis=1), 1) / np.where(m > 0, m, 1)


def _shown(
    candidates: Candidates,
    cluster: np.ndarray,
    distance: np.ndarray,
    gain: np.ndarray,
    best: np.ndarray,
    notes: dict[str, np.ndarray],
) -> Selection:
    """Return the selection of some clusters, in the order of `best`."""
    number = np.full(len(gain), -1)
    number[best] = np.arange(len(best))
    interaction = number[cluster]
    order = np.lexsort((candidates.sample_id, distance, interaction))
    rows = order[interaction[order] >= 0]
    return Selection(
        interaction=interaction[rows].astype(np.int32),
        sample_id=candidates.sample_id[rows],
        score=gain[cluster[rows]].astype(np.float32),
        notes={name: values[best] for name, values in notes.items()},
    )
