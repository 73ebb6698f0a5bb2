"""Tests. The project's packages are on the path without pytest, too (`python -m tests.faults`)."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "workflow/scripts")]

# Where several processes run tests side by side, none takes the processors of the others. The
# libraries read these once, when they are imported.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
