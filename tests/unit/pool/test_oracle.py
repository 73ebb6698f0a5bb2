import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbal.pool.oracle import Oracle, annotate


def query_of(clusters, kind="cluster"):
    """Query whose clusters hold samples 0, 1, ... in order, with these sizes."""
    interaction = np.repeat(np.arange(len(clusters)), clusters).astype(np.int32)
    return pa.table(
        {
            "interaction": interaction,
            "sample_id": np.arange(len(interaction)),
            "kind": [kind] * len(interaction),
        }
    )


def test_by_hand():
    truth = np.array([1, 1, 1, 1, 0, 2, 2, 0, 0, 0], np.int16)  # 4 of 5; 2 of 2; 3 of 3
    answers = annotate(query_of([5, 2, 3]), truth).to_pydict()
    assert answers["label"] == [1, 2, 0]
    assert answers["accepted"] == [True, True, True]
    assert answers["size"] == [5, 2, 3]
    assert answers["seconds"] == [None] * 3


def test_a_cluster_below_the_purity_is_refused():
    truth = np.array([1, 1, 1, 0, 0], np.int16)
    answers = annotate(query_of([5]), truth).to_pydict()
    assert answers["accepted"] == [False]
    assert answers["label"] == [None]


@pytest.mark.parametrize("purity", [0.1, 0.3, 0.6, 0.7, 0.8, 0.9, 1.0])
@pytest.mark.parametrize("size", [10, 20, 50])
def test_the_exact_share_is_accepted_and_one_less_is_not(purity, size):
    needed = round(purity * size)
    others = np.arange(1, size - needed + 1)
    truth = np.concatenate([np.zeros(needed), others]).astype(np.int16)
    assert annotate(query_of([size]), truth, Oracle(purity))["accepted"].to_pylist() == [True]
    truth[0] = 99
    if needed > 1:
        assert annotate(query_of([size]), truth, Oracle(purity))["accepted"].to_pylist() == [False]


def test_single_images_get_their_true_label():
    truth = np.array([3, 0, 2], np.int16)
    answers = annotate(query_of([1, 1, 1], "individual"), truth).to_pydict()
    assert answers["label"] == [3, 0, 2]
    assert answers["kind"] == ["individual"] * 3


def test_nothing_shown_nothing_answered():
    assert len(annotate(query_of([]), np.zeros(3, np.int16))) == 0


@given(
    st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=30), min_size=1, max_size=8),
    st.sampled_from([0.5, 0.8, 0.95]),
)
def test_accepted_means_the_modal_class_holds_the_purity(clusters, purity):
    truth = np.array([label for cluster in clusters for label in cluster], np.int16)
    answers = annotate(query_of([len(c) for c in clusters]), truth, Oracle(purity)).to_pylist()
    for cluster, answer in zip(clusters, answers, strict=True):
        share = max(cluster.count(label) for label in cluster) / len(cluster)
        assert answer["accepted"] == (share >= purity)
        if answer["accepted"]:
            assert cluster.count(answer["label"]) / len(cluster) == share
