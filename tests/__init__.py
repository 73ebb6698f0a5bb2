"""Tests. The project's packages are on the path without pytest, too (`python -m tests.faults`)."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "workflow/scripts")]
