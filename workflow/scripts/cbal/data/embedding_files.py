"""Files of embeddings, opened: Parquet files, or a `.npy` with a CSV beside it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cbal.data import vectors
from cbal.data.decoding import Rule
from cbal.data.files_found import in_folder
from cbal.data.limits import check_parquet, check_rows
from cbal.data.parquet import class_names, input_error_if_damaged, parquet_files, splits_of
from cbal.data.tables import Part, by_role, chosen, read_csv
from cbal.errors import InputError


@dataclass(frozen=True)
class Columns:
    """Names of the columns of embeddings.

    Label, split and file are read where a file has columns of these names. Another name than the
    usual one must be there; None means that there is no such column.
    """

    id: str = "id"
    vector: str = "vector"
    label: str | None = "label"
    split: str | None = "split"
    file: str | None = "file"


USUAL_COLUMNS = Columns()


@dataclass(frozen=True)
class Opened:
    """The files of a source.

    Attributes:
        parts: rows of the files, without vectors.
        split: split of each row, where files are named after splits.
        batches: given the ids of all rows, yields all vectors in order, float32[b, d] each.
    """

    parts: Sequence[Part]
    split: np.ndarray | None
    batches: Callable[[Sequence[str]], Iterator[np.ndarray]]


def from_parquet(path: Path, columns: Columns, labeled: bool, rule: Rule) -> Opened:
    """Open a Parquet file or a folder of them. Vectors are read row group by row group.

    Raises:
        InputError: a file is not whole, lacks a column, or its vectors are no lists of numbers.
    """
    names, root, kinds = [path.name], path.parent, None
    if path.is_dir():
        names, root = parquet_files(in_folder(path)), path
        if not names:
            raise InputError(f"{path}: no Parquet file in it; mend `path:` of the data set")
        kinds = splits_of(names, str(path))
    readers: dict[Path, pq.ParquetFile] = {}
    for file in (root / name for name in names):
        with input_error_if_damaged(file):
            readers[file] = pq.ParquetFile(file)
    check_parquet(readers.values(), str(path), rule)
    parts = [_part(file, reader, columns, labeled) for file, reader in readers.items()]

    def batches(ids: Sequence[str]) -> Iterator[np.ndarray]:
        width, start = None, 0
        for file, reader in readers.items():
            for batch in _batches(file, reader, columns.vector):
                of_batch = ids[start : start + len(batch)]
                x = vectors.from_arrow(batch.column(0), of_batch, str(file), width)
                width, start = x.shape[1], start + len(batch)
                yield x

    split = np.repeat(kinds, [len(part.table) for part in parts]) if kinds else None
    return Opened(parts, split, batches)


def _batches(file: Path, reader: pq.ParquetFile, column: str) -> Iterator[pa.RecordBatch]:
    """Yield a column in batches. Of all row groups at once, Arrow would hold the whole file."""
    with input_error_if_damaged(file):
        for group in range(reader.num_row_groups):
            yield from reader.iter_batches(vectors.ROWS, row_groups=[group], columns=[column])


def _part(file: Path, reader: pq.ParquetFile, columns: Columns, labeled: bool) -> Part:
    """Return the rows of a Parquet file without their vectors."""
    schema = reader.schema_arrow
    names = chosen(str(file), schema.names, columns, ("id", "vector"), labeled)
    kind = schema.field(names.pop("vector")).type
    if not vectors.is_vector(kind):
        raise InputError(
            f"{file}: column {columns.vector} holds {kind}, not lists of numbers; name the column "
            "of the vectors under `columns: {vector: }` of the data set"
        )
    with input_error_if_damaged(file):
        table = reader.read(list(dict.fromkeys(names.values())))
    classes = class_names(reader, columns.label, file) if labeled else None
    return Part(str(file), by_role(table, names), classes)


def from_numpy(path: Path, columns: Columns, labeled: bool, rule: Rule) -> Opened:
    """Open a `.npy` file of vectors, and the CSV file of the same name that has their ids.

    Raises:
        InputError: a file is not whole, the CSV lacks a column, or their rows do not agree.
    """
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not a whole NumPy file ({error}); write it again") from error
    if array.ndim != 2 or array.dtype.kind not in "fiu":
        shape = " x ".join(map(str, array.shape)) or "one"
        raise InputError(
            f"{path}: an array of {shape} values of {array.dtype}; make it a table of numbers, one "
            "row for each vector"
        )
    check_rows(len(array), str(path), rule)
    csv = path.with_suffix(".csv")
    if not csv.is_file():
        raise InputError(f"{csv}: no such file; it has the ids of the vectors, one row for each")
    table = read_csv(csv)
    present = [name for name in table.column_names if name != columns.vector]
    present.append(columns.vector)  # the vectors are in the other file
    names = chosen(str(csv), present, columns, ("id",), labeled)
    del names["vector"]
    if len(table) != len(array):
        raise InputError(
            f"{csv}: {len(table)} rows, but {path.name} has {len(array)} vectors; write one row "
            "for each"
        )

    def batches(ids: Sequence[str]) -> Iterator[np.ndarray]:
        for start in range(0, len(array), vectors.ROWS):
            rows = slice(start, start + vectors.ROWS)
            yield vectors.as_float32(array[rows], ids[rows], str(path))

    return Opened([Part(str(csv), by_role(table, names))], None, batches)
