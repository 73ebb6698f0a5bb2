"""Lazy greedy choice: since the value of a row never grows, most rows are computed only once."""

from collections.abc import Callable

import numpy as np

FEW = 16  # rows that are computed again at first; the number doubles each time,
MOST = 4096  # up to this limit, to save memory

# Takes rows, and the number of taken rows that their values include; returns current values.
Renew = Callable[[np.ndarray, int], np.ndarray]


def lazy_greedy(
    worth: np.ndarray, n: int, renew: Renew, take: Callable[[int], None]
) -> tuple[np.ndarray, np.ndarray]:
    """Return n rows, each the one of largest value given the rows taken, and these values.

    A value never grows as rows are taken, so an old value is an upper bound. Only the rows with
    the largest bounds are computed again. The result is the same as if all rows were (Minoux 1978,
    accelerated greedy).

    Args:
        worth: float[rows], the values at the start; overwritten.
        n: number of rows to return, at most `rows`.
        renew: returns the current values of rows int64[b], or tighter upper bounds. Their old
            values include the rows taken up to the given number; `renew` includes the rest.
        take: called with each row when it is taken.

    Returns:
        int64[n], the rows, and float[n], their values. Of equal values the earlier row is taken.
    """
    taken = np.empty(n, np.int64)
    values = np.empty(n, worth.dtype)
    known = np.zeros(len(worth), np.int64)  # how many of the rows taken each bound includes
    for count in range(n):
        size = FEW
        while known[best := int(np.argmax(worth))] < count:
            rows = _largest(worth, size)
            # If many values are equal, `rows` may lack `best`.
            rows = np.union1d(rows[known[rows] < count], best)
            worth[rows] = np.minimum(worth[rows], renew(rows, int(known[rows].min())))
            known[rows] = count
            size = min(2 * size, MOST)
        taken[count], values[count] = best, worth[best]
        take(best)
        worth[best], known[best] = -np.inf, n
    return taken, values


def _largest(values: np.ndarray, size: int) -> np.ndarray:
    """Return int64[size], the indices of the largest values, in no particular order."""
    if size >= len(values):
        return np.arange(len(values))
    return np.argpartition(values, -size)[-size:]
