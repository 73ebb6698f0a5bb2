"""Files of embeddings, opened: Parquet files, or a `.npy` with a CSV beside it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from cbal.data import vectors
from cbal.data.decoding import Rule
from cbal.data.files_found import in_folder
from cbal.data.limits import check_parquet, check_rows
from cbal.data.parquet import class_names, input_error_if_damaged, parquet_files, splits_of
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
class Part:
    """The rows of one file without their vectors.

    Attributes:
        where: name of the file, for errors.
        table: columns id, and label, split and file where there are such, under these names.
        classes: class names in the file's metadata, or None.
    """

    where: str
    table: pa.Table
    classes: Sequence[str] | None = None


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
    chosen = _chosen(str(file), schema.names, columns, labeled)
    kind = schema.field(chosen.pop("vector")).type
    if not vectors.is_vector(kind):
        raise InputError(
            f"{file}: column {columns.vector} holds {kind}, not lists of numbers; name the column "
            "of the vectors under `columns: {vector: }` of the data set"
        )
    with input_error_if_damaged(file):
        table = reader.read(list(dict.fromkeys(chosen.values())))
    classes = class_names(reader, columns.label, file) if labeled else None
    table = pa.table({role: table.column(name) for role, name in chosen.items()})
    return Part(str(file), table, classes)


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
    table = _read_csv(csv)
    chosen = _chosen(str(csv), table.column_names, columns, labeled, with_vectors=False)
    if len(table) != len(array):
        raise InputError(
            f"{csv}: {len(table)} rows, but {path.name} has {len(array)} vectors; write one row "
            "for each"
        )

    def batches(ids: Sequence[str]) -> Iterator[np.ndarray]:
        for start in range(0, len(array), vectors.ROWS):
            rows = slice(start, start + vectors.ROWS)
            yield vectors.as_float32(array[rows], ids[rows], str(path))

    table = pa.table({role: table.column(name) for role, name in chosen.items()})
    return Opened([Part(str(csv), table)], None, batches)


def _read_csv(csv: Path) -> pa.Table:
    """Return a CSV file as a table of text; quoted values may hold newlines."""
    if not csv.is_file():
        raise InputError(f"{csv}: no such file; it has the ids of the vectors, one row for each")
    with _input_error_if_no_csv(csv):
        parse = pa.csv.ParseOptions(newlines_in_values=True)
        with pa.csv.open_csv(csv, parse_options=parse) as reader:
            text = dict.fromkeys(reader.schema.names, pa.string())
        as_text = pa.csv.ConvertOptions(column_types=text)
        return pa.csv.read_csv(csv, parse_options=parse, convert_options=as_text)


@contextmanager
def _input_error_if_no_csv(csv: Path) -> Iterator[None]:
    """Raise an `InputError` of one line where Arrow cannot read a CSV file."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{csv}: cannot be read as CSV ({reason}); mend it") from error


def _chosen(
    where: str,
    present: Sequence[str],
    columns: Columns,
    labeled: bool,
    with_vectors: bool = True,
) -> dict[str, str]:
    """Return the column of each role (id, vector, label, split, file) that a file has.

    A column is needed if embeddings cannot do without it, or if another name than usual was set.
    """
    usual, chosen = asdict(USUAL_COLUMNS), {}
    roles = asdict(columns)
    if not labeled:
        del roles["label"]
    if not with_vectors:
        del roles["vector"]
    for role, name in roles.items():
        if name in present:
            chosen[role] = name
        elif role in ("id", "vector", "label") or name not in (None, usual[role]):
            raise InputError(
                f"{where}: no column {name!r} for the {role}; there are {', '.join(present)}; "
                f"name it under `columns: {{{role}: }}` of the data set"
                + ", or set `annotator: human`"
                * (role == "label")
            )
    return chosen
