"""Versions of stages, remembered from one parse of the rules to the next.

To compute them takes about as long as all else that Snakemake does before its first job, and on
a cluster each job parses the rules again.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

from orchestration.planning import versions

FILE = Path(".snakemake", "versions.json")  # of the working directory


@cache
def version(script: str, *modules: str) -> str:
    """Return what `versions.version` does, without work if no source has changed since.

    Args:
        script: file name of the stage's script.
        modules: as for `versions.version`.
    """
    of_users = sorted(name for name in modules if name.endswith(".py"))
    key = " ".join((script, *modules, _digest(map(Path, of_users))))
    known = _known()
    if key not in known:
        known[key] = versions.version(script, *modules)
        _write(known)
    return known[key]


@cache
def _known() -> dict[str, str]:
    """Return the versions that are known for the sources as they are now."""
    sources = _digest([Path(versions.__file__), *sorted(versions.SCRIPTS.rglob("*.py"))])
    with suppress(OSError, ValueError):  # none yet, or damaged
        known = json.loads(FILE.read_text())
        if isinstance(known, dict) and known.get("") == sources:
            return known
    return {"": sources}


def _write(known: dict[str, str]) -> None:
    """Write the file, whole or not at all; another process may do the same."""
    part = FILE.with_suffix(f".{os.getpid()}")
    with suppress(OSError):  # a folder that nobody may write to: computed again in each parse
        FILE.parent.mkdir(exist_ok=True)
        part.write_text(json.dumps(known))
        part.replace(FILE)


def _digest(paths: Iterable[Path]) -> str:
    """Return a digest of files and their places, which move with the sources."""
    total = hashlib.sha256()
    for path in paths:
        total.update(f"{os.path.relpath(path, versions.SCRIPTS)}\n".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
