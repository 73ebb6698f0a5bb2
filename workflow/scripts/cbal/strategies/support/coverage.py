"""Greedy coverage: choose samples so that as many samples as possible have a labeled one nearby.

This is the generalised coverage of Bae, Noh and Sutherland (2024): the mean over the pool of the
largest kernel value between a sample and a labeled sample. MaxHerding and ProbCover differ only
in the kernel: MaxHerding has a Gaussian, ProbCover a ball.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cbal.clustering.blocks import Workers, unit
from cbal.strategies.support.lazy_greedy import lazy_greedy

PART = 1024  # number of references whose kernel values are computed at a time, to save memory

# Takes squared distances, float32[a, b], which it may overwrite; returns values between 0 and 1.
Kernel = Callable[[np.ndarray], np.ndarray]


@dataclass
class Cover:
    """Reference samples, and how well each of them is covered.

    Attributes:
        references: float32[m, d], features of unit length; coverage is the mean over them.
        kernel: function of squared distances.
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
        """Return float64[b], the coverage that each of the rows float32[b, d] would add."""
        x = unit(x)
        total = np.zeros(len(x))
        for part in self._parts():
            more = self.similar(x, part)
            more -= self.covered[part]
            total += np.maximum(more, 0, out=more).sum(axis=1)
        return total / len(self.references)

    def add(self, rows: np.ndarray) -> None:
        """Add the rows float32[b, d] to the samples that cover others."""
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
    """Return the cover by the labeled samples.

    Args:
        features: float16 or float32[n, d], of the candidates.
        labeled: float32[l, d], of the labeled samples.
        kernel: function of squared distances.
        most: largest number of references; if there are more candidates, that many are drawn.
        rng: draws the references.
    """
    rows = np.arange(len(features))
    if len(features) > most:
        rows = np.sort(rng.choice(len(features), most, replace=False))
    references = unit(features[rows].astype(np.float32))
    cover = Cover(references, kernel, np.zeros(len(rows), np.float32))
    cover.add(labeled)
    return cover


def greedy(
    features: np.ndarray, cover: Cover, n: int, share: Workers, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return n rows, each the one that adds most to the coverage, and how much it added.

    Of equal gains a random row is taken. Once a kernel without tails covers what it can reach,
    all gains are equal, and the first rows of a data set that is sorted by class are of one class.

    Args:
        features: float16 or float32[rows, d]; only their directions count.
        cover: the cover at the start; the rows taken are added to it.
        n: number of rows to return, at most `rows`.
        share: threads to compute with.
        rng: draws the order in which rows of equal gains are taken.

    Returns:
        int64[n], the rows, and float64[n], the added coverage.
    """
    order = rng.permutation(len(features))

    def gain(places: np.ndarray, _: int) -> np.ndarray:
        return share.over(features[order[places]], lambda x, _: cover.gain(x))

    def add(place: int) -> None:
        cover.add(features[order[[place]]].astype(np.float32))

    start = share.over(features, lambda x, _: cover.gain(x))[order]
    places, gains = lazy_greedy(start, n, gain, add)
    return order[places], gains
