"""From a query to questions and back."""

import numpy as np
import pyarrow as pa

from cbal.labeling.asking import (
    annotations_of,
    context_of,
    digest_of,
    questions_of,
)
from cbal.labeling.records import Answer, Standing
from cbal.pool.annotations import groups_of
from cbal.pool.state import CLUSTER, INDIVIDUAL, apply_annotations, begin_round, initial

QUERY = pa.table(
    {
        "interaction": pa.array([0, 0, 0, 1, 1], pa.int32()),
        "sample_id": pa.array([5, 2, 9, 1, 3], pa.int64()),
        "kind": ["cluster"] * 5,
    }
)


def standing():
    answers = {1: Answer(None, (), "x", 0.0), 0: Answer(2, (2,), "y", 0.0, 0, "Ann")}
    return Standing(answers, {}, {0: 1.5, 1: 2.0})


def test_groups_keep_the_order_of_the_query():
    assert [group.tolist() for group in groups_of(QUERY)] == [[5, 2, 9], [1, 3]]
    assert groups_of(QUERY.slice(0, 0)) == []


def test_the_digest_tells_samples_groups_and_files_apart():
    files = [f"{i}.png" for i in range(10)]
    whole = digest_of(groups_of(QUERY), files)
    assert digest_of([np.array([5, 2, 9, 1, 3])], files) != whole
    assert digest_of(groups_of(QUERY), [f"x{name}" for name in files]) != whole
    assert digest_of(groups_of(QUERY), list(files)) == whole


def test_hints_are_the_mean_probability_and_earlier_answers():
    pool = initial(np.arange(10))
    pool.kind[[2, 5, 9]] = CLUSTER
    pool.label[[2, 5, 9]] = [1, 1, 0]
    probability = np.array([[0.9, 0.1], [0.2, 0.8], [0.2, 0.8], [1, 0], [1, 0]], np.float32)
    first, second = questions_of(groups_of(QUERY), probability, pool)
    assert first.hints == {
        "guess": {"label": 1, "probability": 0.5667},
        "earlier": {"label": 1, "of": 3, "count": 2},
    }
    assert second.hints == {"guess": {"label": 0, "probability": 1.0}}
    assert questions_of(groups_of(QUERY), None, None)[0].hints == {}


def test_a_label_that_is_verified_is_shown_with_who_has_it():
    pool = initial(np.arange(10))
    pool.kind[[3, 4]] = [CLUSTER, INDIVIDUAL]
    pool.label[[3, 4]] = [1, 0]
    cluster, alone = questions_of([np.array([3]), np.array([4])], None, pool, verifies=True)
    once = {"of": 1, "count": 1, "doubted": True}
    assert cluster.hints == {"earlier": {"label": 1, "alone": False, **once}}
    assert alone.hints == {"earlier": {"label": 0, "alone": True, **once}}


def test_annotations_have_the_oracle_s_columns_and_what_was_taken_out():
    table = annotations_of("cluster", [3, 2], standing())
    assert table.drop_columns(["excluded", "shown", "annotator"]).to_pylist() == [
        {"interaction": 0, "kind": "cluster", "size": 3, "label": 2}
        | {"accepted": True, "seconds": 1.5},
        {"interaction": 1, "kind": "cluster", "size": 2, "label": None}
        | {"accepted": False, "seconds": 2.0},
    ]
    assert table["excluded"].to_pylist() == [[2], None]
    assert table["shown"].to_pylist() == [3, 2]  # the page shows all
    assert table["annotator"].to_pylist() == ["Ann", None]


def test_what_was_taken_out_goes_back_to_the_pool():
    pool = begin_round(initial(np.arange(10)), 1, "reask")
    after = apply_annotations(pool, QUERY, annotations_of("cluster", [3, 2], standing()))
    assert np.flatnonzero(after.kind == CLUSTER).tolist() == [5, 9]
    assert after.interactions == 2


def test_the_context_counts_what_was_labeled_before():
    pool = initial(np.arange(10))
    pool.kind[:5] = [INDIVIDUAL, CLUSTER, CLUSTER, INDIVIDUAL, CLUSTER]
    context = context_of(pool, 40, 2, (2, 3), "could bring up to 2 points")
    assert context == {
        "budget": 40,
        "rounds": 2,
        "position": 2,
        "steps": 3,
        "more": "could bring up to 2 points",
        "images": 10,
        "interactions": 0,
        "individual": 2,
        "cluster": 3,
    }
