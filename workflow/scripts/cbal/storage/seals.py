"""Seals: a checksum inside a file, over all its bytes, that reveals any damage.

Parquet's own checksums cover pages but not the footer, where a flipped bit changes names, keys or
counts. safetensors has no checksum. The seal is stored in the metadata that both formats have, so
other programs read an ordinary file. To seal a file, its digits are first written as zeros, then
the whole file is hashed, then the digits are replaced by the hash.
"""

import hashlib
import mmap
from pathlib import Path

DIGITS = 32
MARK = b"cbal-seal:"
ZEROS = b"0" * DIGITS
BLANK = (MARK + ZEROS).decode()  # a file's metadata must contain it before the file is sealed


def seal(path: Path) -> None:
    """Fill in the checksum of a file whose metadata contains `BLANK`.

    Raises:
        ValueError: the file has no seal.
    """
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as data:
        start = _start(data)
        data[start : start + DIGITS] = _digits(data, start)


def damage(path: Path) -> str | None:
    """Return what is wrong with a sealed file; None if no byte has changed.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        try:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                start = _start(data)
                whole = data[start : start + DIGITS] == _digits(data, start)
        except ValueError:  # empty, or without a seal
            return "it has no checksum: cut short, or not made by this version"
    return None if whole else "its checksum is wrong"


def _start(data: mmap.mmap) -> int:
    found = data.rfind(MARK)
    if found < 0:
        raise ValueError("no seal")
    return found + len(MARK)


def _digits(data: mmap.mmap, start: int) -> bytes:
    with memoryview(data) as view:
        whole = hashlib.blake2b(view[:start], digest_size=DIGITS // 2)
        whole.update(ZEROS)
        whole.update(view[start + DIGITS :])
    return whole.hexdigest().encode()
