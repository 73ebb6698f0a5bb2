"""Sealed safetensors files, for tensors of any library."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from safetensors import safe_open

from cbal.storage.files import atomic, check_whole
from cbal.storage.seals import BLANK, seal

METADATA = "cbal"


def write_sealed(
    path: Path, to_bytes: Callable[[dict[str, str]], bytes], metadata: dict[str, str]
) -> None:
    """Write and seal a safetensors file, completely or not at all.

    Args:
        path: of the file.
        to_bytes: takes the metadata of the file and returns its bytes, by `save` of safetensors.
        metadata: to store in the file.
    """
    with atomic(path) as temporary:
        # One entry, since the order of several entries is random. Not by `save_file`, whose
        # files only their owner may read.
        one = {METADATA: json.dumps({**metadata, "seal": BLANK}, sort_keys=True)}
        temporary.write_bytes(to_bytes(one))
        seal(temporary)


def read_sealed(path: Path, framework: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the tensors and the metadata of a file that `write_sealed` wrote.

    Args:
        path: of the file.
        framework: of the tensors: "pt" or "np".

    Raises:
        InputError: the file is missing, truncated or altered.
    """
    check_whole(path, "safetensors")
    with safe_open(path, framework) as file:
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        metadata = json.loads(file.metadata()[METADATA])
    del metadata["seal"]
    return state, metadata
