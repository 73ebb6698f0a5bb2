"""The log of a job: lines on standard error."""

import sys

from cbal.wording import one_line


def say(message: str) -> None:
    """Write one line to the job's log."""
    print(one_line(message), file=sys.stderr, flush=True)
