import pytest

from cbal.remainders import largest_remainders


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (10, [1, 1], [5, 5]),
        (10, [1, 1, 1], [4, 3, 3]),
        (7, [0.5, 0.25, 0.25], [3, 2, 2]),
        (3, [5, 0, 1], [3, 0, 0]),
        (0, [0, 0], [0, 0]),
    ],
)
def test_parts_add_up_and_the_earlier_of_equal_remainders_gets_more(total, weights, parts):
    assert largest_remainders(total, weights) == parts
