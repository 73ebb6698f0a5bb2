"""Files that are written completely or not at all, and Parquet tables with their keys."""

import glob
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cbal.errors import InputError
from cbal.storage.seals import BLANK, damage, seal

METADATA_KEY = b"cbal"
HOW_TO_REBUILD = "delete it and run the same snakemake command again to rebuild it"


@contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """Yield a temporary name beside `path`; rename it to `path` on success.

    A killed job leaves no file under the final name. The next attempt deletes the temporary
    file that it left.

    Raises:
        InputError: the file cannot be written (disk full, no permission).
    """
    path = Path(path)
    # Not the process id: two nodes of a cluster may have the same one.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
            left.unlink(missing_ok=True)
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        if not _is_of(error.filename, path):
            raise
        raise InputError(
            f"{path}: cannot be written ({error.strerror or error}); "
            "make room or mend the permissions, then run the same command again"
        ) from error
    finally:
        with suppress(OSError):  # an error here was reported already
            temporary.unlink()


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Yield a new folder beside `out` to fill; on success it takes the place of `out`.

    What a killed job left is deleted by the next attempt.
    """
    building = out.with_name(f".{out.name}.tmp")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    yield building
    shutil.rmtree(out, ignore_errors=True)
    os.replace(building, out)


def _is_of(failed: object, path: Path) -> bool:
    """Return whether a failed file is `path`, its temporary file, or a folder above it."""
    if not isinstance(failed, str | os.PathLike):
        return failed is None
    beside = Path(failed)
    if beside in (path, *path.parents):
        return True
    return beside.parent == path.parent and beside.name.startswith(f".{path.name}.")


def with_metadata(schema: pa.Schema, **metadata: Any) -> pa.Schema:
    """Return `schema` with `metadata`, stored as JSON."""
    return schema.with_metadata({METADATA_KEY: json.dumps(metadata, sort_keys=True)})


@contextmanager
def parquet_writer(
    path: str | Path, schema: pa.Schema, repeats: bool = True
) -> Iterator[pq.ParquetWriter]:
    """Yield a writer of the Parquet file `path`, which is written and sealed, or not at all.

    Args:
        path: of the file.
        schema: of its rows.
        repeats: whether values occur many times. If they do not, as in features, Parquet's
            dictionary of values doubles the time to write and more than doubles the time to read.
    """
    with atomic(path) as temporary:
        with pq.ParquetWriter(
            temporary,
            schema,
            compression="zstd",
            use_dictionary=repeats,
            write_page_checksum=True,
        ) as writer:
            yield writer
            writer.add_key_value_metadata({"cbal.seal": BLANK})
        seal(temporary)


def write_table(path: str | Path, table: pa.Table, **metadata: Any) -> None:
    """Write `table` with `metadata` to the Parquet file `path`, completely or not at all."""
    table = table.cast(with_metadata(table.schema, **metadata))
    with parquet_writer(path, table.schema) as writer:
        writer.write_table(table)


def read_table(
    path: str | Path, columns: Sequence[str] | None = None, optional: Sequence[str] = ()
) -> pa.Table:
    """Read a Parquet file that `write_table` or `parquet_writer` wrote.

    Args:
        path: of the file.
        columns: names of columns to read; None reads all.
        optional: names of further columns, which the file may lack.

    Raises:
        InputError: the file is missing, truncated or altered, or lacks a column.
    """
    check_whole(Path(path), "Parquet")
    table = pq.ParquetFile(path).read()
    missing = set(columns or ()) - set(table.column_names)
    if missing:
        raise InputError(
            f"{path}: column {sorted(missing)[0]} is missing; delete the file and run "
            "the same snakemake command again to rebuild it"
        )
    more = [name for name in optional if name in table.column_names]
    return table.select([*columns, *more]) if columns else table


def samples_of(index: pa.Table, split: str) -> np.ndarray:
    """Return int64[n], the samples of a split (train, test, validation) of `index.parquet`."""
    # Not by PyArrow: its filter imports its compute engines, and text to an array pandas.
    of_split = np.array(index["split"].to_pylist()) == split
    return index["sample_id"].to_numpy()[of_split]


def labels_of(table: pa.Table) -> np.ndarray:
    """Return int16[n], the column `label` with -1 for null."""
    return filled(table["label"], np.int16)


def filled(column: pa.ChunkedArray, dtype: type) -> np.ndarray:
    """Return a column of whole numbers with -1 for null.

    PyArrow's `fill_null` and `sort_by` import its compute engines, which takes longer than the
    work of a small job.
    """
    return np.nan_to_num(column.to_numpy(), nan=-1).astype(dtype)


def metadata_of(table: pa.Table) -> dict[str, Any]:
    """Return the metadata that `write_table` stored with the table."""
    return json.loads((table.schema.metadata or {}).get(METADATA_KEY, b"{}"))


def check_whole(path: Path, kind: str) -> None:
    """Check that a sealed file is whole and unchanged.

    Args:
        path: of the file.
        kind: of the file, for the error message: "Parquet" or "safetensors".

    Raises:
        InputError: the file is missing, cannot be read, or has changed.
    """
    try:
        wrong = damage(path)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; run snakemake to make it") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); mend that") from error
    if wrong:
        raise InputError(f"{path}: not a whole {kind} file ({wrong}); {HOW_TO_REBUILD}")


def open_images(path: str | Path) -> np.ndarray:
    """Return uint8[N, H, W, C], memory-mapped; rows are `sample_id`s.

    Raises:
        InputError: the file is missing or truncated.
    """
    try:
        return np.load(path, mmap_mode="r")
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; run snakemake to make it") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not a whole NumPy file ({error}); {HOW_TO_REBUILD}") from error
