"""Faiss, told which processor it runs on: import `faiss` from here.

The wheel of Faiss brings an OpenBLAS of 2021. It takes a newer processor for one of 2004, and then
k-means is four to five times slower. NumPy's own OpenBLAS is newer, so what it found is passed on
in the variable that OpenBLAS reads while it is loaded.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np  # noqa: F401 (its OpenBLAS is loaded first, and asked)
from threadpoolctl import threadpool_info

VARIABLE = "OPENBLAS_CORETYPE"

# What NumPy's OpenBLAS calls a processor: what the one of Faiss calls these instructions. Others
# are left to Faiss, which knows the older ones and those that are not of this family.
NAMES = {
    "haswell": "Haswell",
    "zen": "Zen",
    "skylakex": "SkylakeX",
    "cooperlake": "SkylakeX",
    "sapphirerapids": "SkylakeX",
}


@contextmanager
def processor_told() -> Iterator[None]:
    """Set the variable for the libraries that are loaded meanwhile, unless the user has set it."""
    found = [NAMES.get(str(library.get("architecture")).lower()) for library in threadpool_info()]
    known = next(filter(None, found), None)
    if known is None or VARIABLE in os.environ:
        yield
        return
    os.environ[VARIABLE] = known
    try:
        yield
    finally:
        del os.environ[VARIABLE]


with processor_told():
    import faiss

__all__ = ["faiss"]
