"""Tables as NumPy columns: pandas would take longer to start than a figure to draw."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

# One-dimensional arrays of one length, by the names of the columns.
Columns = dict[str, np.ndarray]


def columns_of(table: pa.Table) -> Columns:
    """Return a table's columns; those of numbers with a null are float, the null NaN."""
    # By way of lists: Arrow's own conversion to NumPy imports pandas.
    return {
        name: np.array(
            column.to_pylist(), float if column.null_count else column.type.to_pandas_dtype()
        )
        for name, column in zip(table.column_names, table.columns)
    }


def rows(columns: Columns, at: np.ndarray) -> Columns:
    """Return the rows `at`: bool[n], or int[m] in the order wanted."""
    return {name: values[at] for name, values in columns.items()}


def groups(columns: Columns, key: str) -> Iterator[tuple[str, Columns]]:
    """Yield each value of a column, in the order of its first row, and its rows."""
    for value in dict.fromkeys(columns[key]):
        yield value, rows(columns, columns[key] == value)


def mean_and_sd(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what runs have in common at each x.

    Args:
        x: float[n], of one point of one run.
        y: float[n].

    Returns:
        float[m], the values of x, ascending; float[m] and float[m], mean and sample standard
        deviation of y there; the latter is NaN where there is one run only.
    """
    values, at, n = np.unique(x, return_inverse=True, return_counts=True)
    mean = np.bincount(at, y) / n
    squares = np.bincount(at, (y - mean[at]) ** 2)
    return values, mean, np.sqrt(squares / np.where(n > 1, n - 1, np.nan))
