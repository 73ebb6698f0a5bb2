"""Spaces to cluster in that know the labels so far, beside the features."""

import numpy as np

from cbal.log import say
from cbal.wording import counted

SMALL = 1e-6  # added to variances of about 1, so that none is 0


def beside(features: np.ndarray, other: np.ndarray, share: float) -> np.ndarray:
    """Return float32[n, d + e], features and other coordinates side by side.

    Args:
        features: float16 or float32[n, d].
        other: float32[n, e], coordinates of the same rows.
        share: between 0 and 1, the part that the others have in the mean squared distance of two
            rows.
    """
    parts = [_spread(features) * (1 - share) ** 0.5, _spread(other) * share**0.5]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _spread(x: np.ndarray) -> np.ndarray:
    """Return float32[n, d], centred, with a mean squared length of 1; equal rows become 0."""
    x = x.astype(np.float32)
    x -= x.mean(axis=0)
    length = np.sqrt(np.einsum("ij,ij->i", x, x).mean())
    return x / length if length > 0 else x


def roots(probabilities: np.ndarray) -> np.ndarray:
    """Return float32[n, classes], whose distances are those of Hellinger, times a constant."""
    return np.sqrt(probabilities.astype(np.float32))


def discriminant(features: np.ndarray, labeled: np.ndarray, label: np.ndarray) -> np.ndarray | None:
    """Return coordinates in which labeled rows of one class lie close, and classes far apart.

    Fisher's linear discriminant: the directions of the most variance between the class means in
    relation to the variance within classes. The latter, of features scaled to a variance of 1, is
    shrunk as Ledoit and Wolf (2004) do, for there may be fewer labels than features.

    Args:
        features: float16 or float32[n, d].
        labeled: float16 or float32[m, d], features of the samples with an individual label.
        label: int16[m], their classes.

    Returns:
        float32[n, e], with at most a coordinate less than there are classes, in which the variance
        within classes is 1; None where labels tell nothing: of one class, or one of each.
    """
    different, place, size = np.unique(label, return_inverse=True, return_counts=True)
    if len(different) < 2 or len(label) == len(different):
        return None
    from scipy.linalg import eigh  # these imports take a second, and few clusterings need them
    from sklearn.covariance import ledoit_wolf

    x = labeled.astype(np.float64)
    means = np.stack([x[place == number].mean(axis=0) for number in range(len(different))])
    residual = x - means[place]
    scale = residual.std(axis=0)
    if not scale.any():
        return None
    scale[scale == 0] = scale.max()  # a constant feature has no variance to divide by
    within = ledoit_wolf(residual / scale, assume_centered=True)[0]
    within[np.diag_indices(len(within))] += SMALL
    centred = (means - x.mean(axis=0)) / scale * np.sqrt(size / len(x))[:, None]
    last = len(within) - 1
    first = max(len(within) - len(different) + 1, 0)
    directions = eigh(centred.T @ centred, within, subset_by_index=(first, last))[1]
    known = counted(len(label), "label")
    say(f"clusters know {known} by {counted(directions.shape[1], 'discriminant')}")
    return features.astype(np.float32) @ (directions / scale[:, None]).astype(np.float32)
