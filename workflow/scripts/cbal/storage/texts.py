"""Texts of a whole data set: prepared once, read by the encoder, the page and the figures."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import pyarrow as pa

from cbal.storage.files import parquet_writer, read_table

ROWS = 8192  # texts in a row group
SCHEMA = pa.schema([("text", pa.large_string())])


def write_texts(path: Path, texts: Iterable[str]) -> None:
    """Write texts, in the order of `sample_id`, completely or not at all."""
    with parquet_writer(path, SCHEMA, repeats=False) as writer:
        rest = iter(texts)
        while part := list(islice(rest, ROWS)):
            writer.write_table(pa.table([pa.array(part, pa.large_string())], schema=SCHEMA))


def read_texts(path: Path) -> pa.ChunkedArray:
    """Return the texts of a data set, by `sample_id`.

    Raises:
        InputError: the file is missing, truncated or altered.
    """
    return read_table(path, ["text"])["text"]
