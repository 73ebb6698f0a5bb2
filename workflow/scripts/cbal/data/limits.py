"""Limits of the size of a source, checked before anything is unpacked."""

import zipfile
from collections.abc import Iterable

import pyarrow.parquet as pq

from cbal.data.decoding import USUAL, Rule
from cbal.errors import InputError


def check_rows(n: int, where: str, rule: Rule = USUAL) -> None:
    """Check the number of images of a source.

    Raises:
        InputError: there are too many.
    """
    if n > rule.rows:
        raise InputError(
            f"{where}: {n:,} images, over the limit of {rule.rows:,}; raise `row_limit:` of the "
            "data set, or take images out"
        )


def check_parquet(files: Iterable[pq.ParquetFile], where: str, rule: Rule = USUAL) -> None:
    """Check the sizes of opened Parquet files before any row is read.

    Raises:
        InputError: they have too many rows, or too many bytes when unpacked.
    """
    metadata = [file.metadata for file in files]
    check_rows(sum(part.num_rows for part in metadata), where, rule)
    groups = (part.row_group(i) for part in metadata for i in range(part.num_row_groups))
    _check_unpacked(sum(group.total_byte_size for group in groups), where, rule)


def check_zip(archive: zipfile.ZipFile, where: str, rule: Rule = USUAL) -> None:
    """Check the size of an opened zip before any entry is read.

    Raises:
        InputError: it has too many entries, or too many bytes when unpacked.
    """
    check_rows(len(archive.infolist()), where, rule)
    _check_unpacked(sum(entry.file_size for entry in archive.infolist()), where, rule)


def _check_unpacked(n: int, where: str, rule: Rule) -> None:
    if n > rule.unpacked:
        raise InputError(
            f"{where}: {n:,} bytes when unpacked, over the limit of {rule.unpacked:,}; raise "
            "`unpacked_limit:` of the data set, or take images out"
        )
