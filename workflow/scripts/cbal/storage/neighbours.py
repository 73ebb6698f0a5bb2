"""Nearest neighbours of the samples of a pool, by fixed features: found once for a data set."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.storage.files import read_table, write_table


def write_neighbours(
    path: Path, sample_id: np.ndarray, found: np.ndarray, cosine: np.ndarray, **keys: str | int
) -> None:
    """Write the neighbours of each sample.

    Args:
        path: of the Parquet file.
        sample_id: int64[n], ascending.
        found: int64[n, k], the rows of its neighbours.
        cosine: float32[n, k].
        keys: metadata.
    """
    k = found.shape[1]
    columns = {
        "neighbours": (sample_id[found], pa.int64()),
        "cosine": (cosine, pa.float32()),
    }
    lists = {
        name: pa.FixedSizeListArray.from_arrays(pa.array(values.ravel(), of), k)
        for name, (values, of) in columns.items()
    }
    write_table(path, pa.table({"sample_id": pa.array(sample_id, pa.int64()), **lists}), **keys)


def read_neighbours(path: Path, sample_id: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the rows and the cosines of the neighbours of samples; None if they are of others.

    Args:
        path: of the Parquet file.
        sample_id: int64[n], ascending: of the pool.
    """
    table = read_table(path, ["sample_id", "neighbours", "cosine"])
    if not np.array_equal(table["sample_id"].to_numpy(), sample_id):
        return None
    found, cosine = (
        table[name].combine_chunks().flatten().to_numpy().reshape(len(table), -1)
        for name in ("neighbours", "cosine")
    )
    return np.searchsorted(sample_id, found), cosine
