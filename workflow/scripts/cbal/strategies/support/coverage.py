"""Greedy cover: samples that, with those there already, are near to as many others as can be.

The generalised coverage of Bae, Noh and Sutherland (2024): the mean over the pool of the
largest kernel value between a sample and one that is labeled. Its kernel is what tells
MaxHerding (a Gaussian) from ProbCover (a ball).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cbal.clustering.blocks import Workers, unit
from cbal.strategies.support.lazy_greedy import lazy_greedy

PART = 1024  # references whose kernel values with a block of rows are there at a time

# From squared distances, float32[a, b], to values between 0 and 1; may overwrite them.
Kernel = Callable[[np.ndarray], np.ndarray]


@dataclass
class Cover:
    """References of unit length, and how well each is covered.

    Attributes:
        references: float32[m, d], drawn from the pool; coverage is a mean over them.
        kernel: of squared distances.
        covered: float32[m], the largest kernel value with a sample that is labeled or taken.
    """

    references: np.ndarray
    kernel: Kernel
    covered: np.ndarray

    def similar(self, x: np.ndarray, part: slice) -> np.ndarray:
        """Return float32[b, part], kernel values of rows of unit length with references."""
        inner = x @ self.references[part].T
        inner *= -2
        inner += 2
        return self.kernel(np.maximum(inner, 0, out=inner))

    def gain(self, x: np.ndarray) -> np.ndarray:
        """Return float64[b], how much each of these rows, float32[b, d], would add to the cover."""
        x = unit(x)
        total = np.zeros(len(x))
        for part in self._parts():
            more = self.similar(x, part)
            more -= self.covered[part]
            total += np.maximum(more, 0, out=more).sum(axis=1)
        return total / len(self.references)

    def add(self, rows: np.ndarray) -> None:
        """Count rows, float32[b, d], among those that cover."""
        for start in range(0, len(rows), PART):
            x = unit(rows[start : start + PART])
            for part in self._parts():
                best = self.similar(x, part).max(axis=0)
                self.covered[part] = np.maximum(self.covered[part], best)

    def _parts(self) -> list[slice]:
        return [slice(start, start + PART) for start in range(0, len(self.covered), PART)]


def cover_of(
    features: np.ndarray,
    labeled: np.ndarray,
    kernel: Kernel,
    most: int,
    rng: np.random.Generator,
) -> Cover:
    """Return the cover that the labeled samples give.

    Args:
        features: float16 or float32[n, d] of the candidates.
        labeled: float32[l, d].
        kernel: of squared distances.
        most: references; where there are more candidates, so many are drawn.
        rng: draws them.
    """
    rows = np.arange(len(features))
    if len(features) > most:
        rows = np.sort(rng.choice(len(features), most, replace=False))
    references = unit(features[rows].astype(np.float32))
    cover = Cover(references, kernel, np.zeros(len(rows), np.float32))
    cover.add(labeled)
    return cover


def greedy(
    features: np.ndarray, cover: Cover, n: int, share: Workers
) -> tuple[np.ndarray, np.ndarray]:
    """Return n rows, each the one that adds most to the cover, and how much it added.

    Args:
        features: float16 or float32[rows, d]; directions alone count.
        cover: at the start; the rows taken are added to it.
        n: how many rows, at most all.
        share: threads.

    Returns:
        int64[n] and float64[n]. Of equal gains the earlier row is taken.
    """

    def gain(rows: np.ndarray, _: int) -> np.ndarray:
        return share.over(features[rows], lambda x, _: cover.gain(x))

    def add(row: int) -> None:
        cover.add(features[[row]].astype(np.float32))

    start = share.over(features, lambda x, _: cover.gain(x))
    return lazy_greedy(start, n, gain, add)
