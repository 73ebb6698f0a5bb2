"""What a softmax says of itself."""

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
