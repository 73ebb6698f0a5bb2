"""Whether features fit into half precision, tell images apart, and can be computed with."""

import numpy as np

from cbal.errors import InputError

# Half precision rounds the features of a trained model by some 0.0003 of their spread. Where it
# rounds by more than 0.01, they are stored as float32.
ROUNDED = 0.01
# Rows that differ by less than this part of their length differ by float32's rounding alone.
NOISE = 1e-6
# Squared distances of rows lose their digits where the spread is a smaller part of the length.
NARROW = 0.01
# Powers of two between which squares and their sums are far from float32's limits.
SMALLEST, LARGEST = -20, 20


class Spread:
    """How far rows of features lie apart, and how much half precision would round them.

    Rows come block by block, so that memory holds one of them.
    """

    def __init__(self):
        """Start without a row."""
        self.rows = 0
        self.mean: np.ndarray | float = 0.0
        self.apart = 0.0  # sum of the squared distances to the mean
        self.lost = 0.0  # sum of the squared differences to half precision

    def add(self, x: np.ndarray) -> None:
        """Count the rows float32[b, d]."""
        with np.errstate(over="ignore"):
            lost = x - x.astype(np.float16)
        x = x.astype(np.float64)
        mean = x.mean(axis=0)
        step = mean - self.mean
        rows = self.rows + len(x)
        self.apart += _squares(x - mean) + _squares(step) * self.rows * len(x) / rows
        self.lost += _squares(lost.astype(np.float64))
        self.mean = self.mean + step * len(x) / rows
        self.rows = rows

    @property
    def fits(self) -> bool:
        """Whether half precision keeps what tells the rows apart; one row, its direction."""
        return self.lost <= ROUNDED**2 * (self.apart or self.rows * _squares(self.mean))

    @property
    def same(self) -> bool:
        """Whether all rows are equal, but for rounding."""
        return self.apart <= NOISE**2 * self.rows * _squares(self.mean)


def _squares(x: np.ndarray | float) -> float:
    return float(np.sum(np.square(x)))


def check_finite(sample_id: np.ndarray, x: np.ndarray, what: str, advice: str) -> None:
    """Check that what a model says of samples is numbers.

    Args:
        sample_id: int64[b].
        x: float32[b, d].
        what: the numbers, as features or probabilities.
        advice: what to do where they are not.

    Raises:
        InputError: a number of a sample is infinite or none.
    """
    bad = ~np.isfinite(x).all(axis=1)
    if bad.any():
        raise InputError(
            f"the {what} of sample {sample_id[bad][0]} are not finite numbers: {advice}"
        )


def check_informative(
    spread: Spread, images: np.ndarray, sample_id: np.ndarray, advice: str
) -> None:
    """Check that the features of images that differ do so too.

    Args:
        spread: of the features of all samples.
        images: uint8[N, H, W, C], see `files.open_images`.
        sample_id: int64[n], the samples.
        advice: what to do where they do not.

    Raises:
        InputError: the features are all equal, or all zero, and the images are not.
    """
    if not spread.same:
        return
    first = images[sample_id[0]]
    if any(not np.array_equal(images[sample], first) for sample in sample_id[1:]):
        how = "all equal" if np.any(spread.mean) else "all zero"
        raise InputError(
            f"the features of the {spread.rows} images are {how}, so no image can be told from "
            f"another: {advice}"
        )


def computable(features: np.ndarray) -> np.ndarray:
    """Return features with which float32 computes distances without losing their digits.

    Half precision is returned as it is. float32 is scaled by a power of two where squares would
    come near to float32's limits, and taken less its mean where the rows lie much nearer to each
    other than to 0. Neither changes which samples are near to each other.

    Args:
        features: float16 or float32[n, d]; float32 is overwritten.
    """
    if features.dtype == np.float16 or not len(features):
        return features
    mean = features.mean(axis=0, dtype=np.float64)
    apart = sum(_squares(row - mean) for row in features) / len(features)
    if apart < NARROW**2 * _squares(mean):
        for row in features:
            row[:] = row - mean
    exponent = int(np.frexp(np.abs(features).max())[1])
    if not SMALLEST <= exponent <= LARGEST:
        np.ldexp(features, -exponent, out=features)
    return features
