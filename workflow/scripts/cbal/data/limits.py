"""How much of a source is read at most: known before anything is unpacked."""

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow.parquet as pq

from cbal.errors import InputError


@dataclass(frozen=True)
class Limits:
    """What a source may hold.

    Attributes:
        rows: images.
        unpacked: bytes that its compressed files take when they are unpacked.
    """

    rows: int = 10_000_000
    unpacked: int = 200 * 10**9


USUAL = Limits()


def check_rows(n: int, where: str, limits: Limits = USUAL) -> None:
    """Check the number of images of a source.

    Raises:
        InputError: there are too many.
    """
    if n > limits.rows:
        raise InputError(
            f"{where}: {n:,} images, over the limit of {limits.rows:,}; raise `row_limit:` of the "
            "data set, or take images out"
        )


def check_parquet(files: Iterable[pq.ParquetFile], where: str, limits: Limits = USUAL) -> None:
    """Check opened Parquet files before a row of them is read.

    Raises:
        InputError: they have too many rows, or too many bytes when unpacked.
    """
    metadata = [file.metadata for file in files]
    check_rows(sum(part.num_rows for part in metadata), where, limits)
    groups = (part.row_group(i) for part in metadata for i in range(part.num_row_groups))
    _check_unpacked(sum(group.total_byte_size for group in groups), where, limits)


def check_zip(archive: zipfile.ZipFile, where: str, limits: Limits = USUAL) -> None:
    """Check an opened zip before an entry of it is read.

    Raises:
        InputError: it has too many entries, or too many bytes when unpacked.
    """
    check_rows(len(archive.infolist()), where, limits)
    _check_unpacked(sum(entry.file_size for entry in archive.infolist()), where, limits)


def _check_unpacked(n: int, where: str, limits: Limits) -> None:
    if n > limits.unpacked:
        raise InputError(
            f"{where}: {n:,} bytes when unpacked, over the limit of {limits.unpacked:,}; raise "
            "`unpacked_limit:` of the data set, or take images out"
        )
