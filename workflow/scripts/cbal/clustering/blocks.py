"""Computation over blocks of features in several threads, as used by many strategies."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

BLOCK = 1024  # rows that a thread converts to float32 at a time; 2 MB at 512 features fit its cache

# Takes float32[b, d] and the slice of these rows; returns an array of b rows.
OfRows = Callable[[np.ndarray, slice], np.ndarray]

# Takes float32[m, d]; returns the nearest centroids, int64[m], and squared distances, float32[m].
Assign = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


class Workers:
    """Threads that share the blocks of a matrix; see `workers`."""

    def __init__(self, pool: ThreadPoolExecutor):
        self._pool = pool

    def over(self, features: np.ndarray, of_rows: OfRows) -> np.ndarray:
        """Apply a function to each block of rows and return the concatenated results.

        Args:
            features: float16 or float32[n, d], at least one row.
            of_rows: called with float32[b, d] and the slice of these rows, in several threads.
        """

        def of_block(start: int) -> np.ndarray:
            rows = slice(start, start + BLOCK)
            return of_rows(np.asarray(features[rows], np.float32), rows)

        return np.concatenate(list(self._pool.map(of_block, range(0, len(features), BLOCK))))

    def each(self, function: Callable[[Any], None], items: Iterable[Any]) -> None:
        """Call a function with each item, in several threads."""
        list(self._pool.map(function, items))

    def squared_norms(self, features: np.ndarray) -> np.ndarray:
        """Return float32[n], squared lengths of rows; not finite where a feature is not."""
        return self.over(features, lambda x, _: np.einsum("ij,ij->i", x, x))


@contextmanager
def workers(threads: int) -> Iterator[Workers]:
    """Yield threads to compute with; within each of them BLAS uses one thread.

    The products do not depend on the number of threads, so the results have the same bits for
    any number. NumPy's own loops, which use one core each, run in several threads as well.
    """
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads) as pool:
        yield Workers(pool)


def unit(x: np.ndarray) -> np.ndarray:
    """Return float32[n, d], each row divided by its length; a row of zeros stays unchanged."""
    length = np.linalg.norm(x, axis=1, keepdims=True)
    return x / np.where(length > 0, length, 1)
