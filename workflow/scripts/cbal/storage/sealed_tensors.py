"""Safetensors files that are whole and sealed, whatever library made the tensors."""

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
    """Write a safetensors file, whole, sealed, or not at all.

    Args:
        path: of the file.
        to_bytes: given the file's metadata, returns its bytes: `save` of safetensors.
        metadata: to keep.
    """
    with atomic(path) as temporary:
        # One entry: the order of several is random. save_file makes files that only the
        # user reads.
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
