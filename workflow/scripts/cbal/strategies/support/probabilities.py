"""Entropy and disagreement of predicted probabilities."""

from collections.abc import Sequence

import numpy as np


def entropy(probabilities: np.ndarray) -> np.ndarray:
    """Return the entropy of each row in nats.

    Args:
        probabilities: float32[n, classes], rows that sum to 1.

    Returns:
        float32[n], between 0 and log(classes).
    """
    p = probabilities.astype(np.float64)
    return -np.sum(p * np.log(np.where(p > 0, p, 1)), axis=1).astype(np.float32)


def combined(passes: Sequence[np.ndarray]) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Return the mean probabilities of several passes, and measures of their disagreement.

    Args:
        passes: float32[n, classes] for each pass, rows that sum to 1.

    Returns:
        float32[n, classes], and float32[n] for each of `feature_files.TERMS` (Gal, Islam and
        Ghahramani 2017, section 4): the mean entropy of a pass (nats), the share of passes that
        do not vote for the class with most votes, and the standard deviation over passes of the
        probability of a class, averaged over classes.
    """
    p = np.stack([each.astype(np.float64) for each in passes])
    votes = p.argmax(axis=2)
    most = np.max([(votes == c).sum(axis=0) for c in range(p.shape[2])], axis=0)
    expected = np.mean([entropy(each) for each in p], axis=0)
    terms = expected, 1 - most / len(p), p.std(axis=0).mean(axis=1)
    return p.mean(axis=0).astype(np.float32), tuple(term.astype(np.float32) for term in terms)
