from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbal.pool import state as pools
from cbal.pool.state import CLUSTER, INDIVIDUAL, PSEUDO
from cbal.pool.take_away import Predicted, take_away, threshold_of, to_predict


def threshold(pairs, share):
    confidence, right = (np.array(part) for part in zip(*pairs, strict=True))
    return threshold_of(confidence.astype(np.float32), right.astype(bool), share)


@pytest.mark.parametrize(
    ("pairs", "share", "expected"),
    [
        ([(0.9, 1), (0.8, 1), (0.7, 0), (0.6, 1)], 0.99, 0.8),
        ([(0.9, 1), (0.8, 1), (0.7, 0), (0.6, 1)], 0.75, 0.6),  # right again further down
        ([(0.9, 0), (0.8, 0)], 0.99, None),
        ([(0.5, 1), (0.5, 0), (0.5, 1)], 0.5, 0.5),
        ([(0.75, 1), (0.5, 1), (0.5, 0)], 0.99, 0.75),  # as confident ones stay together
        ([(0.5, 1), (0.5, 1)], 1.0, 0.5),
    ],
)
def test_the_threshold_by_hand(pairs, share, expected):
    found = threshold(pairs, share)
    assert found == (expected if expected is None else pytest.approx(expected))


def test_without_held_out_images_nothing_is_sure():
    assert threshold_of(np.zeros(0, np.float32), np.zeros(0, bool)) is None


@given(
    st.lists(st.tuples(st.sampled_from([0.2, 0.4, 0.6, 0.8]), st.booleans()), min_size=1),
    st.sampled_from([0.5, 0.9, 0.99]),
)
def test_the_threshold_keeps_the_share_and_is_the_lowest(pairs, share):
    found = threshold(pairs, share)

    def keeps(limit):
        kept = [right for confidence, right in pairs if np.float32(confidence) >= limit]
        return kept and sum(kept) >= share * len(kept) - 1e-9

    lowest = [c for c in sorted({np.float32(c) for c, _ in pairs}) if keeps(c)]
    assert found == (float(lowest[0]) if lowest else None)


@pytest.fixture
def pool():
    """Two individual labels (one wrong), three cluster labels (one wrong), three without one."""
    return replace(
        pools.initial(np.arange(8)),
        label=np.array([0, 0, 1, 1, 0, 1, -1, -1], np.int16),
        kind=np.array([INDIVIDUAL] * 2 + [CLUSTER] * 3 + [PSEUDO, 0, 0], np.int8),
    )


TRUTH = np.array([0, 1, 1, 1, 1, 0, 1, 0, 0, 0, 1], np.int16)  # the last three are held out
PREDICTED = Predicted(np.array([0, 1, 1], np.int16), np.array([0.9, 0.8, 0.6], np.float32))
TESTED = Predicted(np.array([0, 0, 0], np.int16), np.array([0.9, 0.7, 0.6], np.float32))
HELD_OUT = np.array([8, 9, 10])


def test_counts_by_hand(pool):
    assert to_predict(pool).tolist() == [5, 6, 7]  # a pseudo-label is a prediction
    assert take_away(pool, TRUTH, PREDICTED, HELD_OUT, TESTED) == {
        "images_predicted": 3,
        "images_confident": 2,
        "threshold": pytest.approx(0.7),
        "held_out": 3,
        "held_out_right": 2,
        "held_out_confident": 2,
        "held_out_confident_right": 2,
        "right_individual": 1,
        "right_cluster": 2,
        "right_predicted": 2,
        "right_confident": 2,
    }


def test_the_threshold_does_not_look_at_the_truth_of_the_pool(pool):
    other = np.concatenate([1 - TRUTH[:8], TRUTH[8:]])
    one, two = (take_away(pool, truth, PREDICTED, HELD_OUT, TESTED) for truth in (TRUTH, other))
    assert {k for k in one if one[k] != two[k]} <= {k for k in one if k.startswith("right_")}


def test_what_is_right_in_a_person_s_pool_is_not_known(pool):
    unknown = np.concatenate([np.full(8, -1), TRUTH[8:]]).astype(np.int16)
    found = take_away(pool, unknown, PREDICTED, HELD_OUT, TESTED)
    assert not any(name.startswith("right_") for name in found)
    assert (found["held_out_right"], found["images_confident"]) == (2, 2)


def test_without_a_class_nothing_is_predicted(pool):
    nothing = Predicted.of(np.zeros((3, 0), np.float32))
    assert len(nothing.label) == 0
    none = take_away(pool, TRUTH, PREDICTED, HELD_OUT[:0], Predicted.of(np.zeros((0, 2))))
    assert (none["threshold"], none["images_confident"]) == (None, 0)
