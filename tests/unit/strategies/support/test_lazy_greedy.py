import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cbal.strategies.support.lazy_greedy import lazy_greedy


@settings(deadline=None)
@given(st.lists(st.sets(st.integers(0, 20)), min_size=1, max_size=60), st.data())
def test_it_takes_what_looking_at_all_would(sets, data):
    """Choose sets that cover most numbers: gains never rise, and many are equal."""
    n = data.draw(st.integers(1, len(sets)))
    covered, looked = set(), []

    def now(rows, since):
        assert since <= len(looked)
        return np.array([len(sets[row] - covered) for row in rows], np.float64)

    def take(row):
        covered.update(sets[row])
        looked.append(row)

    taken, values = lazy_greedy(now(range(len(sets)), 0), n, now, take)
    assert taken.tolist() == looked
    left, seen = list(range(len(sets))), set()
    for row, value in zip(taken, values):
        gains = [len(sets[i] - seen) for i in left]
        assert value == max(gains)
        assert row == left[int(np.argmax(gains))]
        left.remove(row)
        seen |= sets[row]
