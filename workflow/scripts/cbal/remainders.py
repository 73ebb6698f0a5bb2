"""Whole numbers in proportion to weights, by the method of the largest remainders."""

from collections.abc import Sequence


def largest_remainders(total: int, weights: Sequence[float]) -> list[int]:
    """Divide a whole number into whole parts in proportion to weights.

    Each part is rounded down; what is left goes to the parts with the largest remainders, one
    each. Of equal remainders the earlier one counts as larger.

    Args:
        total: sum of the parts, at least 0.
        weights: at least 0 each.
    """
    whole = sum(weights) or 1
    exact = [total * weight / whole for weight in weights]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
