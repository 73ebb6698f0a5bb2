"""The interval of a share that was measured."""

from math import sqrt

Z = 1.959964  # of an interval of 95 %


def wilson(right: float, n: float) -> tuple[float, float]:
    """Return the ends of Wilson's interval of 95 % for a share (Wilson 1927).

    Args:
        right: number of successes.
        n: number of trials; with none the interval is [0, 1].
    """
    if not n:
        return 0.0, 1.0
    share, room = right / n, Z**2 / n
    middle = share + room / 2
    half = Z * sqrt(share * (1 - share) / n + room / (4 * n))
    return (middle - half) / (1 + room), (middle + half) / (1 + room)
