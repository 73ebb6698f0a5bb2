"""Tests; what runs without pytest (`python -m tests.faults`) finds the project's packages too."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "workflow/scripts")]
