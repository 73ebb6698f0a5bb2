"""The oracle: an annotator simulated from the true labels."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from cbal.pool.annotations import CLUSTER, INDIVIDUAL, groups_of, kinds_of
from cbal.pool.parts import table_of
from cbal.randomness import generator

WAYS = ("nearest", "random", "spread")
# Takes int64[n], the samples of a cluster, and a number of parts; returns the samples of each.
Split = Callable[[np.ndarray, int], list[np.ndarray]]


@dataclass(frozen=True)
class Oracle:
    """How a simulated annotator answers. The defaults are the paper's expert (section 4).

    Attributes:
        purity: smallest share of the modal class, among the images seen, of a cluster that gets
            its label; in (0, 1].
        view: number of images of a cluster that the annotator sees; None for all.
        way: which images are seen, one of `WAYS`: the first ones that the query shows (the
            strategy `cluster` shows those nearest to the centroid first), random ones, or ones
            that are evenly spread from the first to the last.
        takes_out: whether images of another class, among those seen, are taken out of a cluster
            before it gets its label.
        confusion: for each kind of question float64[classes, classes], or nothing: the chance of
            each given label (column) for each right one (row).
        abstains: share of single images that the annotator cannot tell, and so refuses.
        anew: whether a question that is asked again is answered by chance again. If not, it gets
            the same answer.
        split: number of parts into which a refused cluster is split, each of which is answered
            like a cluster, but not split again; None to refuse it as a whole.
    """

    purity: float = 0.8
    view: int | None = None
    way: str = "nearest"
    takes_out: bool = False
    confusion: Mapping[str, np.ndarray] = field(default_factory=dict)
    abstains: float = 0.0
    anew: bool = False
    split: int | None = None

    @property
    def is_certain(self) -> bool:
        """Whether no answer depends on chance."""
        by_chance = self.view is not None and self.way == "random"
        return not (by_chance or self.confusion or self.abstains)


def annotate(
    query: pa.Table,
    truth: np.ndarray,
    oracle: Oracle = Oracle(),
    keys: Mapping[str, Any] | None = None,
    split: Split | None = None,
) -> pa.Table:
    """Answer each interaction of a query.

    A question is judged by the images that are seen. A single image gets its true label. A
    cluster gets the label of its modal class if that class has at least the share `purity`;
    otherwise it is refused. Of two modal classes, the one with the smaller number is taken. The
    answer is for all images of the cluster but those taken out.

    Args:
        query: columns interaction int32 (dense from 0), sample_id, kind.
        truth: int16[samples], the true label of each sample, in the order of `sample_id`.
        oracle: how it answers.
        keys: dataset, seed, round and step of the query. What happens by chance depends on them
            and on the samples of a question alone, not on other questions. Not needed by an
            oracle that is certain.
        split: splits a cluster; needed by an oracle that does so.

    Returns:
        A table with one row per interaction, of the schema `ANNOTATIONS`, and of `PARTS` if a
        cluster was split; seconds are null.
    """

    def answer(kind: str, samples: np.ndarray) -> dict[str, Any]:
        return _answer(oracle, kind, samples, truth[samples].astype(np.int64), keys)

    rows, parts = [], []
    for i, (kind, samples) in enumerate(zip(kinds_of(query), groups_of(query), strict=True)):
        rows.append(answer(kind, samples) | {"interaction": i, "seconds": None})
        refused = kind == CLUSTER and not rows[i]["accepted"]
        if oracle.split and refused and len(samples) > 1:
            for part in split(samples, oracle.split):
                of = {"split_of": i, "split_samples": part.tolist(), "seconds": None}
                parts.append(answer(CLUSTER, part) | of)
    return table_of(rows, parts)


def uniform_errors(rate: float, classes: int) -> np.ndarray:
    """Return float64[classes, classes], the confusion of an annotator who errs at a rate.

    A wrong label is any of the others with the same chance.
    """
    confusion = np.full((classes, classes), rate / max(classes - 1, 1))
    np.fill_diagonal(confusion, 1 - rate if classes > 1 else 1)
    return confusion


def _answer(
    oracle: Oracle,
    kind: str,
    samples: np.ndarray,
    labels: np.ndarray,
    keys: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return the answer to one question as a row of the annotations.

    Args:
        oracle: how it answers.
        kind: of the question.
        samples: int64[m], in the order they are shown.
        labels: int64[m], their true labels.
        keys: see `annotate`.
    """
    rng = None if oracle.is_certain else _chance(oracle, kind, samples, keys)
    # Drawn in every case, so that one setting does not change what another one draws.
    cannot_tell, mistake = (0.0, 0.0) if rng is None else rng.random(2)
    seen = _seen(oracle, len(samples), rng) if kind == CLUSTER else np.arange(len(samples))
    counts = np.bincount(labels[seen])
    modal = int(counts.argmax())
    # The product is rounded, so that a purity of 0.8 accepts 4 of 5.
    accepted = counts[modal] >= np.round(oracle.purity * len(seen), 9)
    if kind == INDIVIDUAL and oracle.abstains:
        accepted &= cannot_tell >= oracle.abstains
    excluded = samples[seen][labels[seen] != modal] if accepted and oracle.takes_out else []
    given = _given(oracle.confusion.get(kind), modal, mistake)
    return {
        "kind": kind,
        "size": len(samples),
        "label": given if accepted else None,
        "accepted": bool(accepted),
        "excluded": sorted(map(int, excluded)) or None,
        "shown": len(seen),
    }


def _seen(oracle: Oracle, size: int, rng: np.random.Generator | None) -> np.ndarray:
    """Return the places of the images of a cluster that are seen, ascending."""
    n = size if oracle.view is None else min(oracle.view, size)
    if n == size or oracle.way == "nearest":
        return np.arange(n)
    if oracle.way == "spread":
        return np.round(np.linspace(0, size - 1, n)).astype(np.int64)
    return np.sort(rng.choice(size, n, replace=False))


def _given(confusion: np.ndarray | None, right: int, mistake: float) -> int:
    """Return the label that is given for the right one, by a number drawn from [0, 1)."""
    if confusion is None:
        return right
    bounds = np.cumsum(confusion[right])
    return int(np.searchsorted(bounds / bounds[-1], mistake, side="right"))


def _chance(
    oracle: Oracle, kind: str, samples: np.ndarray, keys: Mapping[str, Any]
) -> np.random.Generator:
    """Return the generator of one question, whatever else is asked."""
    asked = hashlib.sha256(np.sort(samples).astype("<i8").tobytes()).hexdigest()
    stage, round = f"oracle {kind} {asked}", 0
    if oracle.anew:
        stage, round = f"{stage} {keys['step']}", keys["round"]
    return generator(keys["dataset"], keys["seed"], round, stage)
