"""Split clusters: by the oracle and by a person, and every reader of their annotations."""

import numpy as np
import pyarrow as pa
import pytest

from cbal.labeling.asking import annotations_of
from cbal.labeling.journal import Journal
from cbal.labeling.records import Question
from cbal.pool import state as pools
from cbal.pool.annotations import ANNOTATIONS, groups_of, with_notes
from cbal.pool.corrections import corrected, differences
from cbal.pool.costs import Costs, with_seconds
from cbal.pool.history import history_of
from cbal.pool.oracle import Oracle, annotate
from cbal.pool.parts import PARTS, as_answered
from cbal.pool.rounds import pool_after, write_pool
from cbal.pool.splitting import split
from cbal.results.effort import EFFORT, with_effort
from cbal.storage.files import with_metadata, write_table
from cbal.strategies.divide import refused_clusters
from tests.unit.pool.test_oracle import query_of
from tests.unit.tables import features_file

# Clusters of samples 0 to 5 and 6 to 8; the first has two groups of features and of labels.
TRUTH = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2], np.int16)
PLACES = [0, 1, 2, 50, 51, 53, 9, 9, 9]
KEYS = {"scenario": "s", "seed": 0, "round": 1, "step": "1-x"}


@pytest.fixture
def features(tmp_path):
    return features_file(tmp_path / "features", np.arange(9), np.array(PLACES)[:, None])


@pytest.fixture
def by(features):
    return lambda samples, parts: split(samples, parts, features, None)


@pytest.fixture
def query():
    table = query_of([6, 3]).append_column("score", pa.array(np.arange(9), pa.float32()))
    return table.append_column("chance", pa.array([0.5] * 6 + [0.75] * 3, pa.float32()))


@pytest.fixture
def answered(query, by):
    return annotate(query, TRUTH, Oracle(split=2, takes_out=True, purity=0.66), split=by)


def test_the_oracle_splits_a_refused_cluster_by_hand(answered):
    rows = answered.to_pylist()
    assert [row["interaction"] for row in rows] == [0, 1, 2, 3]
    assert [row["label"] for row in rows] == [None, 2, 0, 1]
    assert [row["split_of"] for row in rows] == [None, None, 0, 0]
    assert [row["split_samples"] for row in rows] == [None, None, [1, 0, 2], [4, 3, 5]]
    assert [row["excluded"] for row in rows] == [None, None, None, [5]]
    assert [(row["kind"], row["size"], row["shown"]) for row in rows] == [
        ("cluster", 6, 6),
        ("cluster", 3, 3),
        ("cluster", 3, 3),
        ("cluster", 3, 3),
    ]


def test_where_nothing_is_split_the_annotations_are_as_ever(query, by):
    truth = np.array([0] * 6 + [2] * 3, np.int16)
    can = annotate(query, truth, Oracle(split=3), split=by)
    assert can.schema.equals(ANNOTATIONS)
    assert can.equals(annotate(query, truth, Oracle()))
    assert as_answered(query, can) is query


def test_single_samples_are_never_split(by):
    single = annotate(query_of([1], "individual"), TRUTH, Oracle(abstains=1, split=2), KEYS_OF, by)
    alone = annotate(query_of([1]), TRUTH, Oracle(purity=1, split=2), split=by)
    assert single.schema.equals(ANNOTATIONS) and alone.schema.equals(ANNOTATIONS)


KEYS_OF = {**KEYS, "dataset": "tiny"}


@pytest.mark.parametrize("parts", [2, 3, 6])
def test_whatever_is_below_the_bar_is_judged_again(by, parts):
    table = annotate(query_of([9]), TRUTH, Oracle(split=parts), split=by).to_pylist()
    assert [row["split_of"] for row in table] == [None, *[0] * (len(table) - 1)]
    together = [sample for row in table[1:] for sample in row["split_samples"]]
    assert sorted(together) == list(range(9))
    for row in table[1:]:
        labels = TRUTH[row["split_samples"]]
        share = np.bincount(labels).max() / len(labels)
        assert row["accepted"] == (share >= 0.8)


def test_a_query_as_it_was_answered(query, answered):
    whole = as_answered(query, answered)
    assert whole.column_names == ["interaction", "sample_id", "kind", "score"]
    assert [group.tolist() for group in groups_of(whole)] == [
        [0, 1, 2, 3, 4, 5],
        [6, 7, 8],
        [1, 0, 2],
        [4, 3, 5],
    ]
    assert whole["score"].to_pylist()[9:] == [0, 1, 2, 0, 1, 2]


def write(folder, query, annotations, **metadata):
    write_pool(folder / "before", pools.initial(np.arange(9)), round=0)
    write_table(folder / "query", query, **KEYS)
    write_table(folder / "annotations", annotations, **KEYS, **metadata)
    return pool_after(folder / "before", [folder / "query"], [folder / "annotations"], 1, "reask")


def test_the_pool_has_the_labels_of_the_parts_and_counts_every_answer(tmp_path, query, answered):
    pool = write(tmp_path, query, answered)
    assert pool.label.tolist() == [0, 0, 0, 1, 1, -1, 2, 2, 2]
    assert pool.kind.tolist() == [2, 2, 2, 2, 2, 0, 2, 2, 2]
    assert pool.interaction.tolist() == [2, 2, 2, 3, 3, -1, 1, 1, 1]
    assert (pool.interactions, pool.latest, pool.individual) == (4, 4, 0)


def test_the_history_has_the_parts_as_questions_without_notes(query, answered):
    query = query.cast(with_metadata(query.schema, **KEYS))
    noted = with_notes(answered, query)
    assert noted["chance"].to_pylist() == [0.5, 0.75, None, None]
    noted = noted.cast(with_metadata(noted.schema, **KEYS))
    pool = pools.initial(np.arange(9))
    history = history_of([query], [noted], pool)
    assert history.label.tolist() == [-1, 2, 0, 1]
    assert history.of_cluster.tolist() == [True] * 4
    assert np.bincount(history.question).tolist() == [6, 3, 3, 3]
    assert history.sample_id[history.excluded].tolist() == [5, 5]  # in its cluster, and its part
    np.testing.assert_array_equal(history.notes["chance"], [0.5, 0.75, np.nan, np.nan])
    # The latest question of each sample is its part, so a labeled one is not divided once more.
    latest = history.latest(np.arange(9), history.of_cluster[history.question])
    assert latest.tolist() == [2, 2, 2, 3, 3, 3, 1, 1, 1]
    assert len(refused_clusters(history, latest)) == 0


def test_effort_and_hours_are_those_of_a_refusal_and_of_clusters(tmp_path, answered):
    costs = Costs(image=1, cluster=10, per_shown_image=1, per_taken_out=100, refusal=1000)
    told = with_seconds(answered, costs)
    seconds = [1000 + 6, 10 + 3, 10 + 3, 10 + 3 + 100]
    assert told["seconds"].to_pylist() == seconds
    write_table(tmp_path / "a", told, **KEYS)
    row = with_effort(pa.table({"round": [1]}), [tmp_path / "a"]).to_pylist()[0]
    hours = row.pop("hours")
    assert list(row.values())[1:] == [0, 1, 15, 1, 0, 0]
    assert hours == pytest.approx(sum(seconds) / 3600)
    assert set(EFFORT.names) - {"hours"} < set(row)


def step_of(annotations, name, **metadata):
    return annotations.cast(with_metadata(annotations.schema, step=name, **metadata))


@pytest.mark.parametrize("parts", [(2, 3), (3, 2), (2, None), (None, 2), (None, None)])
def test_a_later_step_corrects_a_split_whatever_it_was(tmp_path, query, by, parts):
    """Split into other parts, not any more, or only now; the pool is that of the new answers."""
    strict, lax = Oracle(split=parts[0]), Oracle(split=parts[1], purity=0.66)
    before = step_of(with_notes(annotate(query, TRUTH, strict, split=by), query), "1-x")
    now = annotate(query, TRUTH, lax, split=by)
    rows = differences(before, now)
    later = annotate(query_of([1], "individual"), TRUTH)
    again, _ = corrected([before, step_of(later, "2-x", corrections={"1-x": rows})])
    names = [name for name in now.column_names if name in again.column_names]
    assert again.select(names).to_pylist() == now.select(names).to_pylist()
    assert differences(again, now) == []
    for folder, table in (("again", again), ("now", now)):
        (tmp_path / folder).mkdir()
        pool = write(tmp_path / folder, query, table)
        write_pool(tmp_path / f"{folder}.parquet", pool, round=1)
    assert (tmp_path / "again.parquet").read_bytes() == (tmp_path / "now.parquet").read_bytes()


def test_a_person_who_splits_gives_the_same_bytes(tmp_path, query, by, answered):
    """Labels, samples taken out and the parts of the second cluster first."""
    journal = Journal(tmp_path / "journal.sqlite")
    for name in ("a", "b", "c"):
        journal.add_class(name)
    questions = [Question(samples) for samples in groups_of(query)]
    step = journal.open_step(("s", 0, 1, "1-x"), "cluster", "d", {}, questions).id
    journal.add(step, 1, "label", "ann", 3, label=2)
    parts = [Question(samples) for samples in by(questions[0].samples, 2)]
    journal.split(step, 0, parts, "ann", 2)
    first, second = journal.standing(step).parts_of(0)
    journal.add(step, second, "label", "ann", 1, label=1, excluded=[5])
    journal.add(step, first, "label", "ann", 1, label=0)
    person = annotations_of("cluster", journal.sizes(step), journal.standing(step))
    journal.close()
    assert person["seconds"].to_pylist() == [2, 3, 1, 1]
    assert person.drop_columns(["seconds", "annotator"]).equals(answered.drop_columns("seconds"))
    assert person.schema.equals(
        pa.schema([*ANNOTATIONS, pa.field("annotator", pa.string()), *PARTS])
    )
    for name, annotations in (("oracle", answered), ("person", person)):
        (tmp_path / name).mkdir()
        write_pool(tmp_path / f"{name}.parquet", write(tmp_path / name, query, annotations))
    assert (tmp_path / "oracle.parquet").read_bytes() == (tmp_path / "person.parquet").read_bytes()
