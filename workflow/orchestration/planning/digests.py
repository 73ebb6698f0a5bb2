"""Digests by which runs know files: where a file lies is no part of what it is."""

import hashlib
from functools import cache
from pathlib import Path


def digest(path: Path) -> str:
    """Return a digest of a file, or of the names and contents of a folder's files."""
    if not path.is_dir():
        return _of_file(path, path.stat().st_mtime_ns)
    files = sorted(file for file in path.rglob("*") if file.is_file())
    told = "".join(f"{file.relative_to(path)}\0{digest(file)}\0" for file in files)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


@cache
def _of_file(path: Path, modified: int) -> str:
    """Return the digest of a file, which is read again when it was modified."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]
