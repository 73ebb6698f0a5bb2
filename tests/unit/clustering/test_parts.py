import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cbal.clustering.parts import in_order, parts_of


def line(*places):
    return np.array([[place, 0] for place in places], np.float32)


def test_two_parts_by_hand_the_largest_first_and_the_most_typical_first():
    first, second = parts_of(line(10, 0, 11, 1, 2), 2)
    assert first.tolist() == [3, 1, 4]  # the centroid is 1; of 0 and 2 the earlier row comes first
    assert second.tolist() == [0, 2]  # both are as near to 10.5


def test_three_parts_by_hand():
    found = parts_of(line(0, 50, 1, 100, 51, 2), 3)
    assert [sorted(rows.tolist()) for rows in found] == [[0, 2, 5], [1, 4], [3]]


def test_parts_of_one_size_are_in_the_order_of_their_numbers():
    ordered = in_order(np.array([1, 0, 1, 0]), np.array([3, 2, 1, 2], np.float32))
    assert [rows.tolist() for rows in ordered] == [[1, 3], [2, 0]]


@pytest.mark.parametrize("parts", [2, 3, 6])
def test_equal_rows_are_cut_into_parts_of_one_size(parts):
    found = parts_of(np.ones((12, 4), np.float16), parts)
    assert [len(rows) for rows in found] == [12 // parts] * parts
    assert np.concatenate(found).tolist() == list(range(12))


def test_a_rare_row_among_many_equal_ones_is_a_part():
    """Centroids that begin on equal rows leave one of them without any."""
    found = parts_of(line(*[0] * 200, 1, *[0] * 200), 2)
    assert [len(rows) for rows in found] == [400, 1]
    assert found[1].tolist() == [200]


def test_no_more_parts_than_rows_or_different_rows():
    assert [rows.tolist() for rows in parts_of(line(7), 6)] == [[0]]
    assert [sorted(rows.tolist()) for rows in parts_of(line(7, 1, 7, 1, 7), 6)] == [
        [0, 2, 4],
        [1, 3],
    ]


places = st.lists(st.integers(0, 4), min_size=1, max_size=30)


@given(places, st.integers(2, 6), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
@example([0] * 29 + [1], 6, 0)
@example([0, 0, 1, 1, 2, 2, 3, 3, 4, 4], 6, 1)
def test_parts_are_a_partition_and_the_same_every_time(numbers, parts, kind):
    """Of rows with many equal ones; as many parts as asked for, or as rows are different."""
    corners = np.random.default_rng(kind).normal(size=(5, 8)).astype(np.float16)
    x = corners[numbers]
    found = parts_of(x, parts)
    assert sorted(np.concatenate(found).tolist()) == list(range(len(x)))
    sizes = [len(rows) for rows in found]
    assert 0 not in sizes
    assert sizes == sorted(sizes, reverse=True)
    different = len(set(numbers))
    assert len(found) == (min(parts, len(x)) if different == 1 else min(parts, different))
    if different > 1:  # equal rows stay together
        part = np.empty(len(x), int)
        for number, rows in enumerate(found):
            part[rows] = number
        assert all(len(set(part[np.array(numbers) == each])) == 1 for each in set(numbers))
    assert [rows.tolist() for rows in parts_of(x.copy(), parts)] == [r.tolist() for r in found]
