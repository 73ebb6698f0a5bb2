"""Files that appear whole or not at all, and Parquet tables that carry their keys."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cbal.errors import InputError

METADATA_KEY = b"cbal"


@contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """Yield a temporary name beside `path`; rename it to `path` on success.

    A job killed on the way leaves no file under the final name.

    Raises:
        InputError: the file cannot be written (disk full, no permission).
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        if error.filename not in (None, str(temporary), str(path)):
            raise
        raise InputError(
            f"{path}: cannot be written ({error.strerror or error}); "
            "make room or mend the permissions, then run the same command again"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def with_metadata(schema: pa.Schema, **metadata: Any) -> pa.Schema:
    """Return `schema` with `metadata` as its JSON metadata."""
    return schema.with_metadata({METADATA_KEY: json.dumps(metadata, sort_keys=True)})


def parquet_writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Return a Parquet writer with the project's compression and page checksums."""
    return pq.ParquetWriter(path, schema, compression="zstd", write_page_checksum=True)


def write_table(path: str | Path, table: pa.Table, **metadata: Any) -> None:
    """Write `table` to the Parquet file `path` with `metadata`, whole or not at all."""
    table = table.cast(with_metadata(table.schema, **metadata))
    with atomic(path) as temporary, parquet_writer(temporary, table.schema) as writer:
        writer.write_table(table)


def read_table(path: str | Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a Parquet file, its page checksums verified.

    Raises:
        InputError: the file is missing, truncated, altered, or lacks a column.
    """
    try:
        table = pq.ParquetFile(path, page_checksum_verification=True).read()
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; run snakemake to make it") from error
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            f"{path}: not a whole Parquet file ({_first_line(error)}); "
            "delete it and run the same snakemake command again to rebuild it"
        ) from error
    missing = set(columns or ()) - set(table.column_names)
    if missing:
        raise InputError(
            f"{path}: column {sorted(missing)[0]} is missing; delete the file and run "
            "the same snakemake command again to rebuild it"
        )
    return table.select(list(columns)) if columns else table


def metadata_of(table: pa.Table) -> dict[str, Any]:
    """Return the JSON metadata that `write_table` gave the table."""
    return json.loads((table.schema.metadata or {}).get(METADATA_KEY, b"{}"))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
