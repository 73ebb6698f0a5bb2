"""Memory that the process uses."""

import resource
import sys


def peak_mb() -> float:
    """Return the peak memory of the process in MB."""
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
