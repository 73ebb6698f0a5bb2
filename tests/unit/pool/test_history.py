import numpy as np
import pyarrow as pa
import pytest

from cbal.pool import state as pools
from cbal.pool.annotations import ANNOTATIONS, with_notes
from cbal.pool.corrections import differences
from cbal.pool.history import read_history
from cbal.storage.files import write_table


def step(folder, round, name, questions, **metadata):
    """Write query and annotations of questions (kind, samples, label or None, taken out)."""
    rows = [
        {"interaction": i, "sample_id": sample, "kind": kind, "score": 0.0}
        | ({"chance": 0.5 + i / 10} if name == "2-gain" else {})
        for i, (kind, samples, *_) in enumerate(questions)
        for sample in samples
    ]
    answers = [
        {"interaction": i, "kind": kind, "size": len(samples), "label": label}
        | {"accepted": label is not None, "excluded": list(out) or None}
        for i, (kind, samples, label, *out) in enumerate(questions)
    ]
    query = pa.Table.from_pylist(rows)
    paths = [folder / f"{round}-{name}-{what}.parquet" for what in ("query", "annotations")]
    keys = {"round": round, "step": name}
    write_table(paths[0], query, **keys)
    answered = with_notes(pa.Table.from_pylist(answers, ANNOTATIONS), query)
    write_table(paths[1], answered, **keys, **metadata)
    return paths


@pytest.fixture
def history(tmp_path):
    steps = [
        step(tmp_path, 1, "1-entropy", [("individual", [7], 3), ("individual", [2], None)]),
        step(tmp_path, 1, "2-gain", [("cluster", [0, 5, 6], 1, 6), ("cluster", [1, 4], None)]),
        step(tmp_path, 2, "1-entropy", [("individual", [0], 0)]),
    ]
    queries, annotations = zip(*steps, strict=True)
    pool = pools.begin_round(pools.initial(np.arange(8)), 2, "reask")
    labeled = np.isin(pool.sample_id, [0, 7])
    pool.kind[labeled], pool.label[labeled] = pools.INDIVIDUAL, [0, 3]
    return read_history(queries, annotations, pool)


def test_questions_are_numbered_over_the_run(history):
    assert history.round.tolist() == [1, 1, 1, 1, 2]
    assert history.of_cluster.tolist() == [False, False, True, True, False]
    assert history.label.tolist() == [3, -1, 1, -1, 0]
    assert history.question.tolist() == [0, 1, 2, 2, 2, 3, 3, 4]
    assert history.sample_id.tolist() == [7, 2, 0, 5, 6, 1, 4, 0]
    assert history.sample_id[history.excluded].tolist() == [6]
    assert history.known.tolist() == [0, 3]
    assert history.now == 2


def test_notes_are_those_of_their_questions(history):
    chance = history.notes["chance"]
    assert np.isnan(chance[[0, 1, 4]]).all()
    assert chance[2:4].tolist() == [0.5, 0.6]


def test_the_latest_question_of_each_sample(history):
    every = np.ones(len(history.question), bool)
    assert history.latest(np.array([0, 1, 3]), every).tolist() == [4, 3, -1]
    clusters = history.of_cluster[history.question]
    assert history.latest(np.array([0, 1, 3]), clusters).tolist() == [2, 3, -1]
    assert history.latest(np.array([], np.int64), every).tolist() == []


def test_before_any_question_there_is_nothing(tmp_path):
    history = read_history([], [], pools.begin_round(pools.initial(np.arange(3)), 1, "reask"))
    assert len(history.question) == len(history.label) == len(history.known) == 0
    assert history.notes == {}


def test_a_correction_by_a_later_step_of_the_round_counts(tmp_path):
    refusal = {"interaction": 0, "kind": "cluster", "size": 2, "label": None, "accepted": False}
    steps = [
        step(tmp_path, 1, "2-gain", [("cluster", [0, 1], 1)]),
        step(tmp_path, 1, "3-x", [("cluster", [2], 0)], corrections={"2-gain": [refusal]}),
    ]
    pool = pools.begin_round(pools.initial(np.arange(3)), 2, "reask")
    history = read_history(*zip(*steps, strict=True), pool)
    assert history.label.tolist() == [-1, 0]


def test_notes_are_no_correction(tmp_path):
    plain = pa.Table.from_pylist([{"interaction": 0, "label": 1}])
    noted = plain.append_column("part_of", pa.array([4]))
    assert differences(noted, plain) == []
    assert differences(noted, pa.Table.from_pylist([{"interaction": 0, "label": 2}]))
