"""Files of features: written while the features are computed, and read in part."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cbal.errors import InputError
from cbal.storage.columns import TERMS
from cbal.storage.feature_range import Spread
from cbal.storage.files import HOW_TO_REBUILD, check_whole, parquet_writer, with_metadata

ROWS = 8192  # smallest number of rows of a row group: 8 MB at 512 features


class DoesNotFitError(Exception):
    """Error: a file was begun in half precision, and later features do not fit into it."""


def schema(features: int | None, classes: int, dtype: type = np.float16) -> pa.Schema:
    """Return the columns of `features.parquet`, or of `probabilities.parquet`.

    Args:
        features: number of features; None for `probabilities.parquet`.
        classes: number of classes.
        dtype: of the features, float16 or float32.
    """
    of_list = pa.from_numpy_dtype(dtype)
    feature = {} if features is None else {"feature": pa.list_(of_list, features)}
    return pa.schema(
        {
            "sample_id": pa.int64(),
            **feature,
            "probability": pa.list_(pa.float32(), classes),
            **dict.fromkeys(TERMS, pa.float32()),
        }
    )


def to_batch(
    sample_id: np.ndarray,
    feature: np.ndarray | None,
    probability: np.ndarray | None,
    classes: int,
    terms: Sequence[np.ndarray] = (),
) -> pa.RecordBatch:
    """Return rows of `features.parquet`; probabilities are null if there is no trained head.

    Args:
        sample_id: int64[b].
        feature: float16 or float32[b, d]; None if the encoder is fixed, whose features are in
            another file.
        probability: float32[b, classes] or None.
        classes: number of classes of the head, trained or not.
        terms: float32[b] for each of `TERMS`; empty for a single pass, which makes them null.
    """
    if feature is None:
        columns = schema(None, classes)
    else:
        columns = schema(feature.shape[1], classes, feature.dtype)
    if probability is None:
        probabilities = pa.nulls(len(sample_id), columns.field("probability").type)
    else:
        probabilities = pa.FixedSizeListArray.from_arrays(probability.ravel(), classes)
    features = []
    if feature is not None:
        values = pa.array(feature.ravel())
        features = [pa.FixedSizeListArray.from_arrays(values, feature.shape[1])]
    of_passes = map(pa.array, terms) if terms else [pa.nulls(len(sample_id), pa.float32())] * 3
    return pa.record_batch(
        [pa.array(sample_id), *features, probabilities, *of_passes], schema=columns
    )


def write_features(
    path: Path,
    batches: Iterable[pa.RecordBatch],
    spread: Spread | None = None,
    **metadata: Any,
) -> None:
    """Write batches of rows as they are computed; without any batch, write an empty file.

    A row group has `ROWS` rows or more.

    Args:
        path: of the file.
        batches: rows, see `to_batch`.
        spread: of the features of all batches so far. Features that fit into half precision are
            stored in it. Without `spread`, features keep their type.
        **metadata: of the file.

    Raises:
        DoesNotFitError: the first rows fit and later ones do not; no file is left.
    """
    groups = _groups(batches)
    first = next(groups, None)
    half = spread is not None and first is not None and spread.fits
    if half:
        first = list(map(_in_half, first))
    columns = schema(1, 1) if first is None else first[0].schema
    with parquet_writer(path, with_metadata(columns, **metadata), repeats=False) as writer:
        if first is not None:
            writer.write_table(pa.Table.from_batches(first))
        for group in groups:
            if half and not spread.fits:
                raise DoesNotFitError
            writer.write_table(pa.Table.from_batches(map(_in_half, group) if half else group))


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """Yield the batches of each row group."""
    waiting = None
    for batch in batches:
        if waiting is None:
            waiting = _RowGroup(batch.schema)
        waiting.add(batch)
        if waiting.rows >= ROWS:
            yield waiting.batches()
            waiting = None
    if waiting is not None:
        yield waiting.batches()


class _RowGroup:
    """Batches that wait until their row group is full, in one piece of memory.

    Each by itself would lie between the large tensors of a model, and leave holes in memory
    into which those of the next batch do not fit.
    """

    def __init__(self, columns: pa.Schema):
        self.rows, self.memory = 0, pa.BufferOutputStream()
        self.writer = pa.ipc.new_stream(self.memory, columns)

    def add(self, batch: pa.RecordBatch) -> None:
        """Copy a batch."""
        self.writer.write_batch(batch)
        self.rows += len(batch)

    def batches(self) -> list[pa.RecordBatch]:
        """Return all batches; none can be added any more."""
        self.writer.close()
        return list(pa.ipc.open_stream(self.memory.getvalue()))


def _in_half(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the rows with their features in half precision."""
    place = batch.schema.get_field_index("feature")
    column = batch.column(place)
    half = pa.array(column.flatten().to_numpy().astype(np.float16))
    size = column.type.list_size
    narrow = pa.field("feature", pa.list_(pa.float16(), size))
    return batch.set_column(place, narrow, pa.FixedSizeListArray.from_arrays(half, size))


def read_features(
    path: Path, sample_id: np.ndarray, columns: Sequence[str]
) -> dict[str, np.ndarray | None]:
    """Return columns of `features.parquet` for given samples, as arrays.

    The file is read row group by row group, so that memory holds little more than the arrays.

    Args:
        path: of the file.
        sample_id: int64[n], ascending, the wanted samples.
        columns: names of columns.

    Returns:
        For each column an array, [n], or a matrix if the column has lists: `feature` is float16 or
        float32[n, d], `probability` is float32[n, classes]. None if the column is null, as
        `probability` is without a trained head.

    Raises:
        InputError: the file is not whole, or lacks a column or a sample.
    """
    check_whole(path, "Parquet")
    file = pq.ParquetFile(path)
    for name in ("sample_id", *columns):
        if name not in file.schema_arrow.names:
            raise InputError(f"{path}: column {name} is missing; {HOW_TO_REBUILD}")
    arrays: dict[str, np.ndarray | None] = dict.fromkeys(columns)
    found = 0
    for batch in file.iter_batches(ROWS, columns=["sample_id", *columns]):
        known = batch.column("sample_id").to_numpy()
        to = np.searchsorted(sample_id, known)
        wanted = (to < len(sample_id)) & (sample_id[np.minimum(to, len(sample_id) - 1)] == known)
        found += int(wanted.sum())
        for name in columns:
            _fill(arrays, name, batch.column(name), to, wanted, len(sample_id))
    if found < len(sample_id):
        raise InputError(f"{path}: it lacks samples of the pool; {HOW_TO_REBUILD}")
    return arrays


def _fill(
    arrays: dict[str, np.ndarray | None],
    name: str,
    column: pa.Array,
    to: np.ndarray,
    wanted: np.ndarray,
    n: int,
) -> None:
    """Copy the wanted rows of a column into its array, which the first call creates."""
    if column.null_count == len(column):
        return
    if isinstance(column, pa.FixedSizeListArray):
        values = column.flatten().to_numpy(zero_copy_only=False).reshape(len(column), -1)
    else:
        values = column.to_numpy(zero_copy_only=False)
    if arrays[name] is None:
        arrays[name] = np.empty((n, *values.shape[1:]), values.dtype)
    arrays[name][to[wanted]] = values if wanted.all() else values[wanted]
