"""What questions of each kind brought: new right labels per interaction, without the truth."""

import numpy as np

from cbal.log import say
from cbal.strategies.base import History


def clusters_pay(history: History) -> bool:
    """Return whether clusters brought more new right labels per interaction than single images.

    Each kind is judged by its latest round before the present one. Clusters pay as long as none
    was asked. Single images that were not asked bring one label each.
    """
    clusters = _yield(history, of_cluster=True)
    if clusters is None:
        return True
    clusters *= accuracy_of_clusters(history)
    single = _yield(history, of_cluster=False)
    single = 1.0 if single is None else single
    say(
        f"new right labels per interaction: {clusters:.2f} by clusters, {single:.2f} by single "
        f"images; {'clusters go on' if clusters > single else 'no clusters in this round'}"
    )
    return clusters > single


def accuracy_of_clusters(history: History) -> float:
    """Return the estimated share of right labels among those of clusters; 1 if nothing tells.

    It is the share that the individual labels agree with which the same samples got later. The
    samples that strategies by uncertainty ask for are wrong more often than others, so the
    estimate is low rather than high.
    """
    given = _given(history)
    samples, at = np.unique(history.sample_id, return_inverse=True)
    single = history.latest(samples, given & ~history.of_cluster[history.question])[at]
    told = given & history.of_cluster[history.question] & (single > history.question)
    if not told.any():
        return 1.0
    right = history.label[single[told]] == history.label[history.question[told]]
    return float(right.mean())


def _yield(history: History, of_cluster: bool) -> float | None:
    """Return the new labels per interaction in the latest round with questions of a kind.

    A label is new if the sample had none, or another one, before that round. None if there was no
    such question before the present round.
    """
    asked = (history.of_cluster == of_cluster) & (history.round < history.now)
    if not asked.any():
        return None
    asked &= history.round == history.round[asked].max()
    given = _given(history)
    rows = given & asked[history.question]
    earlier = given & (history.round < history.round[asked][0])[history.question]
    samples, at = np.unique(history.sample_id, return_inverse=True)
    before = np.append(history.label, -1)[history.latest(samples, earlier)][at]  # -1 finds the -1
    new = history.label[history.question[rows]] != before[rows]
    return float(new.sum() / asked.sum())


def _given(history: History) -> np.ndarray:
    """Return bool[m], whether the answer gave each sample shown a label."""
    return (history.label >= 0)[history.question] & ~history.excluded
