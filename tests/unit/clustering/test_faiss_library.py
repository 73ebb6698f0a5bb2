"""Tests of the library that k-means uses: its linear algebra knows the processor."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[3] / "workflow" / "scripts"
PROGRAM = """
import json, os
from cbal.clustering.faiss_library import NAMES, VARIABLE
from threadpoolctl import threadpool_info
libraries = {
    "faiss" if "faiss" in library["filepath"] else "numpy": library["architecture"]
    for library in threadpool_info()
    if library["internal_api"] == "openblas"
}
print(json.dumps({**libraries, "left": os.environ.get(VARIABLE), "names": NAMES}))
"""


def loaded(**variables):
    """Return what a new process has loaded, as its variables are."""
    plain = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**plain, "PYTHONPATH": str(SCRIPTS), **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_faiss_computes_for_the_processor_that_numpy_found_and_the_variable_is_gone():
    found = loaded()
    expected = found["names"].get(found["numpy"].lower())
    if expected is None or "faiss" not in found:
        pytest.skip("Faiss finds this processor by itself")
    assert (found["faiss"], found["left"]) == (expected, None)


def test_what_the_user_has_set_stays():
    found = loaded(OPENBLAS_CORETYPE="Nehalem")
    assert found["left"] == "Nehalem"
    if "faiss" in found:
        assert found["faiss"] == "Nehalem"
