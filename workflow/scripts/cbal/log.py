"""The log of a job: lines on standard error."""

import sys


def say(message: str) -> None:
    """Write one line to the job's log."""
    print(message, file=sys.stderr, flush=True)
