"""Labels to take away after a round: how many files have one, and how many of these are right."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cbal.pool.state import CLUSTER, INDIVIDUAL, Pool

SURE = 0.99  # share of labels that are right, for a prediction to count as confident


@dataclass(frozen=True)
class Predicted:
    """What a model says of n images.

    Attributes:
        label: int16[n], the likeliest class.
        confidence: float32[n], its probability.
    """

    label: np.ndarray
    confidence: np.ndarray

    @classmethod
    def of(cls, probability: np.ndarray) -> "Predicted":
        """Return the predictions of float32[n, classes] probabilities."""
        if not probability.shape[1]:
            return cls(np.zeros(0, np.int16), np.zeros(0, np.float32))
        return cls(probability.argmax(axis=1).astype(np.int16), probability.max(axis=1))


def to_predict(pool: Pool) -> np.ndarray:
    """Return int64[m], ascending: the samples without a label that the annotator gave."""
    return pool.sample_id[(pool.kind != INDIVIDUAL) & (pool.kind != CLUSTER)]


def threshold_of(confidence: np.ndarray, right: np.ndarray, share: float = SURE) -> float | None:
    """Return the lowest confidence down to which predictions are right to a share.

    Args:
        confidence: float32[n], of predictions for held-out images.
        right: bool[n], whether each is right.
        share: of right ones among those that are at least as confident as the threshold.

    Returns:
        The threshold; None if no threshold keeps the share.
    """
    order = np.argsort(-confidence, kind="stable")
    confidence = confidence[order]
    number = np.arange(1, len(order) + 1)
    enough = np.cumsum(right[order]) >= np.round(share * number, 9)
    last = np.append(confidence[1:] != confidence[:-1], True)  # of those that are as confident
    kept = np.flatnonzero(enough & last[: len(order)])
    return float(confidence[kept[-1]]) if len(kept) else None


def take_away(
    pool: Pool, truth: np.ndarray, predicted: Predicted, held_out: np.ndarray, tested: Predicted
) -> dict[str, Any]:
    """Return the columns of `metrics.parquet` that describe the labels to take away.

    Every file has a label: the annotator's, or else the model's. A prediction is confident if it
    reaches the threshold that keeps the share `SURE` of predictions for held-out images right. The
    truth of the pool has no part in the choice of the threshold.

    Args:
        pool: after the round.
        truth: int16[samples], true labels by `sample_id`; -1 for unknown, as a person's pool is.
        predicted: for the samples `to_predict`.
        held_out: int64[k], samples to measure by, which are not in the pool.
        tested: predictions for them.

    Returns:
        Counts: images_predicted and images_confident; right_individual, right_cluster,
        right_predicted and right_confident (None where the truth is not known); held_out,
        held_out_right, held_out_confident, held_out_confident_right; and the threshold.
    """
    right = tested.label == truth[held_out]
    threshold = threshold_of(tested.confidence, right)
    limit = np.inf if threshold is None else threshold
    sure, tested_sure = predicted.confidence >= limit, tested.confidence >= limit
    result = {
        "images_predicted": len(predicted.label),
        "images_confident": int(sure.sum()),
        "threshold": threshold,
        "held_out": len(held_out),
        "held_out_right": int(right.sum()),
        "held_out_confident": int(tested_sure.sum()),
        "held_out_confident_right": int((right & tested_sure).sum()),
    }
    of_pool = truth[pool.sample_id]
    if (of_pool < 0).any():
        return result
    given = pool.label == of_pool
    true = predicted.label == truth[to_predict(pool)]
    return result | {
        "right_individual": int((given & (pool.kind == INDIVIDUAL)).sum()),
        "right_cluster": int((given & (pool.kind == CLUSTER)).sum()),
        "right_predicted": int(true.sum()),
        "right_confident": int((true & sure).sum()),
    }
