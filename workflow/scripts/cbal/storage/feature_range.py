"""Checks of the range of features: for half precision, equal rows, and float32 distances."""

import numpy as np

from cbal.errors import InputError

# Half precision rounds the features of a trained model by about 0.0003 of their spread. Features
# that it would round by more than 0.01 of their spread are stored as float32.
ROUNDED = 0.01
# Rows that differ by less than this part of their length differ only by float32's rounding.
NOISE = 1e-6
# If the spread is a smaller part of the length, float32 distances lose too many digits.
NARROW = 0.01
# Exponents of two: for values between them, squares and sums stay far from float32's limits.
SMALLEST, LARGEST = -20, 20


class Spread:
    """Spread of rows of features around their mean, and their rounding by half precision.

    Rows are added block by block, so that memory holds one block at a time.
    """

    def __init__(self):
        """Start without rows."""
        self.rows = 0
        self.mean: np.ndarray | float = 0.0
        self.apart = 0.0  # sum of the squared distances to the mean
        self.lost = 0.0  # sum of the squared differences to half precision

    def add(self, x: np.ndarray) -> None:
        """Add the rows float32[b, d]."""
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
        """Whether half precision keeps the differences between rows; for one row, its direction."""
        return self.lost <= ROUNDED**2 * (self.apart or self.rows * _squares(self.mean))

    @property
    def same(self) -> bool:
        """Whether all rows are equal, apart from rounding."""
        return self.apart <= NOISE**2 * self.rows * _squares(self.mean)


def _squares(x: np.ndarray | float) -> float:
    return float(np.sum(np.square(x)))


def check_finite(sample_id: np.ndarray, x: np.ndarray, what: str, advice: str) -> None:
    """Check that the outputs of a model for samples are finite.

    Args:
        sample_id: int64[b].
        x: float32[b, d], the outputs.
        what: name of the outputs: "features" or "probabilities".
        advice: what to do if they are not finite; ends the error message.

    Raises:
        InputError: an output is infinite or NaN; names the first such sample.
    """
    bad = ~np.isfinite(x).all(axis=1)
    if bad.any():
        raise InputError(
            f"the {what} of sample {sample_id[bad][0]} are not finite numbers: {advice}"
        )


def check_informative(
    spread: Spread, images: np.ndarray, sample_id: np.ndarray, advice: str
) -> None:
    """Check that different images have different features.

    Args:
        spread: of the features of all samples.
        images: uint8[N, H, W, C], see `files.open_images`.
        sample_id: int64[n], the samples.
        advice: what to do if the features are equal; ends the error message.

    Raises:
        InputError: the features are all equal, or all zero, and the images are not all equal.
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
    """Return features whose distances can be computed in float32 without a loss of digits.

    float16 features are returned unchanged. float32 features are centered if the rows are much
    nearer to each other than to 0, and scaled by a power of two if their squares would come near
    float32's limits. Neither changes which samples are near each other.

    Args:
        features: float16 or float32[n, d]; float32 features are overwritten.
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
