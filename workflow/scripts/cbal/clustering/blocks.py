"""Rows of features, by the block: what strategies that look at features have in common."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
from threadpoolctl import threadpool_limits

BLOCK = 1024  # rows that a thread has as float32 at a time; 2 MB of 512 features stay in its cache

# From float32[b, d] and the slice of these rows to an array of b rows.
OfRows = Callable[[np.ndarray, slice], np.ndarray]


class Workers:
    """Threads that share the blocks of a matrix, see `workers`."""

    def __init__(self, pool: ThreadPoolExecutor):
        self._pool = pool

    def over(self, features: np.ndarray, of_rows: OfRows) -> np.ndarray:
        """Return what a function makes of each block of rows, one below the other.

        Args:
            features: float16 or float32[n, d], at least one row.
            of_rows: called with float32[b, d] and the slice of these rows, in several threads.
        """

        def of_block(start: int) -> np.ndarray:
            rows = slice(start, start + BLOCK)
            return of_rows(np.asarray(features[rows], np.float32), rows)

        return np.concatenate(list(self._pool.map(of_block, range(0, len(features), BLOCK))))

    def squared_norms(self, features: np.ndarray) -> np.ndarray:
        """Return float32[n], the squared length of each row; not finite where a feature is not."""
        return self.over(features, lambda x, _: np.einsum("ij,ij->i", x, x))


@contextmanager
def workers(threads: int) -> Iterator[Workers]:
    """Give threads to compute with, while BLAS itself has one in each.

    The same products are computed whatever their number is, so it changes no bit; and
    NumPy's own loops, which use one core, are shared as well.
    """
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads) as pool:
        yield Workers(pool)


def unit(x: np.ndarray) -> np.ndarray:
    """Return float32[n, d], each row divided by its length; a row of zeros as it is."""
    length = np.linalg.norm(x, axis=1, keepdims=True)
    return x / np.where(length > 0, length, 1)
