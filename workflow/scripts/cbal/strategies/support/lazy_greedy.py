"""Greedy choice where what a row is worth only falls: most rows need not be looked at again."""

from collections.abc import Callable

import numpy as np

FEW = 16  # rows that are looked at again at once, and twice as many each time after,
MOST = 4096  # up to these, which is what memory has to hold

# From rows and a number of rows taken, which they all know, to what the rows are worth now.
Renew = Callable[[np.ndarray, int], np.ndarray]


def lazy_greedy(
    worth: np.ndarray, n: int, renew: Renew, take: Callable[[int], None]
) -> tuple[np.ndarray, np.ndarray]:
    """Return n rows, each the one worth most after those before it, and what it was worth.

    An old worth is an upper bound, so only rows whose bound is among the largest are looked at
    again, and the answer is that of looking at all (Minoux 1978, accelerated greedy).

    Args:
        worth: float[rows], at the start; is overwritten.
        n: how many rows, at most all.
        renew: returns what rows, int64[b], are worth now, or a better bound of it. They know all
            but the last rows taken, from the given number on.
        take: is told each row when it is taken.

    Returns:
        int64[n] and float[n]. Of rows that are worth the same the earlier one is taken.
    """
    taken = np.empty(n, np.int64)
    values = np.empty(n, worth.dtype)
    known = np.zeros(len(worth), np.int64)  # of the rows taken, how many a bound knows
    for count in range(n):
        size = FEW
        while known[best := int(np.argmax(worth))] < count:
            rows = _largest(worth, size)
            # Where many are worth the same, `best` need not be among them.
            rows = np.union1d(rows[known[rows] < count], best)
            worth[rows] = np.minimum(worth[rows], renew(rows, int(known[rows].min())))
            known[rows] = count
            size = min(2 * size, MOST)
        taken[count], values[count] = best, worth[best]
        take(best)
        worth[best], known[best] = -np.inf, n
    return taken, values


def _largest(values: np.ndarray, size: int) -> np.ndarray:
    """Return int64[size], where the largest values are, in no order."""
    if size >= len(values):
        return np.arange(len(values))
    return np.argpartition(values, -size)[-size:]
