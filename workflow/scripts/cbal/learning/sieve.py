"""Sieve: which labels of accepted clusters train the model, and what each of them counts."""

import numpy as np


def nearest(features: np.ndarray, cluster: np.ndarray, share: float) -> np.ndarray:
    """Return the members of each cluster that are nearest to its mean: bool[n].

    Args:
        features: float16 or float32[n, d], in the order of `sample_id`, which breaks ties.
        cluster: int[n], the cluster of each row.
        share: of a cluster's members, rounded up.
    """
    if not len(cluster):
        return np.zeros(0, bool)
    order = np.argsort(cluster, kind="stable")
    kept = np.zeros(len(cluster), bool)
    for rows in np.split(order, np.flatnonzero(np.diff(cluster[order])) + 1):
        x = features[rows].astype(np.float32)
        distance = np.square(x - x.mean(axis=0)).sum(axis=1)
        size = int(np.ceil(round(share * len(rows), 9)))
        kept[rows[np.argsort(distance, kind="stable")[:size]]] = True
    return kept


def contradicted(probability: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Return the labels that confident learning counts as wrong: bool[n].

    A class claims a row if its probability there is at least its mean probability among the rows
    that are labeled with it. A label is wrong if, of the classes that claim the row, another one
    is the likeliest (Northcutt, Jiang and Chuang 2021, equation 1).

    Args:
        probability: float32[n, classes], of models that have not learned from the row.
        label: int16[n].
    """
    classes = probability.shape[1]
    given = probability[np.arange(len(label)), label].astype(np.float64)
    size = np.bincount(label, minlength=classes)
    total = np.bincount(label, given, minlength=classes)
    threshold = np.where(size > 0, total / np.maximum(size, 1), np.inf)
    claims = np.where(probability >= threshold - 1e-6, probability, -1)  # float32 rounds a mean
    best = claims.max(axis=1)
    return (best >= 0) & (claims[np.arange(len(label)), label] < best)
