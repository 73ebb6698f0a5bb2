"""Oracles that answer as people do: by a part of a cluster, with mistakes, or not at all."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbal.labeling.asking import annotations_of
from cbal.labeling.journal import Journal
from cbal.labeling.records import Question
from cbal.pool import state as pools
from cbal.pool.annotations import ANNOTATIONS, groups_of
from cbal.pool.oracle import CLUSTER, INDIVIDUAL, WAYS, Oracle, annotate, uniform_errors
from cbal.storage.files import write_table
from tests.unit.pool.test_oracle import query_of

KEYS = {"dataset": "d", "seed": 0, "round": 1, "step": "1-cluster"}
CLASSES = 4

oracles = st.builds(
    Oracle,
    purity=st.sampled_from([0.3, 0.5, 0.8, 1.0]),
    view=st.one_of(st.none(), st.integers(1, 12)),
    way=st.sampled_from(WAYS),
    takes_out=st.booleans(),
    confusion=st.sampled_from(
        [{}, {k: uniform_errors(0.3, CLASSES) for k in (INDIVIDUAL, CLUSTER)}]
    ),
    abstains=st.sampled_from([0.0, 0.4]),
    anew=st.booleans(),
)
sizes = st.lists(st.integers(1, 20), min_size=1, max_size=8)
seeds = st.integers(0, 2**32)


def truth_of(n, seed):
    return np.random.default_rng(seed).integers(0, CLASSES, n).astype(np.int16)


def singles(n):
    return query_of([1] * n, INDIVIDUAL)


@given(oracles, sizes, seeds, st.sampled_from([INDIVIDUAL, CLUSTER]))
def test_invariants_of_every_oracle(oracle, clusters, seed, kind):
    clusters = clusters if kind == CLUSTER else [1] * len(clusters)
    query, truth = query_of(clusters, kind), truth_of(sum(clusters), seed)
    table = annotate(query, truth, oracle, KEYS)
    assert table.schema.equals(ANNOTATIONS)
    before = pools.begin_round(pools.initial(np.arange(sum(clusters))), 1, "reask")
    after = pools.apply_annotations(before, query, table)
    assert after.interactions == len(table) == len(clusters)
    for samples, answer in zip(groups_of(query), table.to_pylist(), strict=True):
        out = answer["excluded"] or []
        assert answer["shown"] == min(oracle.view or len(samples), len(samples))
        assert answer["accepted"] == (answer["label"] is not None)
        assert set(out) < set(samples.tolist())
        assert not out or (oracle.takes_out and answer["accepted"])
        assert (after.label[out] == -1).all()  # taken out: no label from this interaction
        kept = np.setdiff1d(samples, out)
        assert (after.label[kept] == (answer["label"] if answer["accepted"] else -1)).all()


@given(oracles, sizes, seeds)
def test_answers_depend_on_nothing_else_that_is_asked(oracle, clusters, seed):
    query, truth = query_of(clusters), truth_of(sum(clusters), seed)
    whole = annotate(query, truth, oracle, KEYS)
    last = query.filter(pa.compute.equal(query["interaction"], len(clusters) - 1))
    alone = last.set_column(0, "interaction", [np.zeros(len(last), np.int32)])
    answer = annotate(alone, truth, oracle, KEYS).to_pylist()[0]
    assert answer | {"interaction": len(clusters) - 1} == whole.to_pylist()[-1]


@given(sizes, seeds, st.sampled_from(WAYS))
def test_a_view_of_all_and_no_mistakes_is_the_paper_s_expert(clusters, seed, way):
    query, truth = query_of(clusters), truth_of(sum(clusters), seed)
    none = {kind: uniform_errors(0, CLASSES) for kind in (INDIVIDUAL, CLUSTER)}
    same = Oracle(view=20, way=way, confusion=none, abstains=0.0, anew=True)
    assert annotate(query, truth, same, KEYS).equals(annotate(query, truth))


def test_a_view_judges_by_a_part_and_labels_the_whole():
    truth = np.array([1, 1, 1, 0, 0, 0, 0], np.int16)
    query = query_of([7])
    refused, nearest, spread = (
        annotate(query, truth, oracle, KEYS).to_pylist()[0]
        for oracle in (Oracle(), Oracle(view=3), Oracle(purity=0.6, view=3, way="spread"))
    )
    assert not refused["accepted"]
    assert (nearest["label"], nearest["size"], nearest["shown"]) == (1, 7, 3)
    assert spread["label"] == 0  # the first, the middle and the last: 1, 0, 0


def test_what_is_of_another_class_and_seen_is_taken_out():
    truth = np.array([1, 1, 0, 1, 1, 2], np.int16)
    whole = annotate(query_of([6]), truth, Oracle(purity=0.6, takes_out=True)).to_pylist()[0]
    assert (whole["label"], whole["excluded"]) == (1, [2, 5])
    part = Oracle(purity=0.6, view=4, takes_out=True)
    assert annotate(query_of([6]), truth, part).to_pylist()[0]["excluded"] == [2]
    strict = annotate(query_of([6]), truth, Oracle(takes_out=True)).to_pylist()[0]
    assert (strict["accepted"], strict["excluded"]) == (False, None)


def test_rates_are_kept_for_each_kind():
    n, truth = 4000, np.zeros(4000, np.int16)
    errs = Oracle(confusion={INDIVIDUAL: uniform_errors(0.1, CLASSES)}, abstains=0.25)
    answers = annotate(singles(n), truth, errs, KEYS).to_pydict()
    told = [label for label in answers["label"] if label is not None]
    assert len(told) / n == pytest.approx(0.75, abs=0.03)
    assert np.bincount(told) / len(told) == pytest.approx([0.9, 1 / 30, 1 / 30, 1 / 30], abs=0.02)
    assert annotate(query_of([2] * 9), truth, errs, KEYS)["label"].to_pylist() == [0] * 9


def test_a_confusion_takes_its_row():
    confusion = np.array([[0, 1, 0], [0.5, 0, 0.5], [0, 0, 1]])
    truth = np.repeat([0, 1, 2], 100).astype(np.int16)
    table = annotate(singles(300), truth, Oracle(confusion={INDIVIDUAL: confusion}), KEYS)
    given_ = np.array(table["label"].to_pylist()).reshape(3, 100)
    assert set(given_[0]) == {1}
    assert set(given_[1]) == {0, 2}
    assert set(given_[2]) == {2}


@pytest.mark.parametrize("anew", [False, True])
def test_the_same_question_gets_the_same_answer_or_not(anew):
    oracle = Oracle(confusion={INDIVIDUAL: uniform_errors(0.5, CLASSES)}, abstains=0.5, anew=anew)
    truth = truth_of(200, 1)
    first, again = (annotate(singles(200), truth, oracle, KEYS | {"round": r}) for r in (1, 5))
    assert first.equals(again) != anew
    assert not first.equals(annotate(singles(200), truth, oracle, KEYS | {"seed": 1}))


def test_a_person_with_the_oracle_s_answers_gives_the_same_pool(tmp_path):
    """Byte for byte, images taken out included."""
    query, truth = query_of([6, 4, 5]), np.array([0, 0, 0, 0, 1, 0, 2, 2, 1, 1] + [2] * 5, np.int16)
    oracle = annotate(query, truth, Oracle(takes_out=True))
    journal = Journal(tmp_path / "journal.sqlite")
    for name in ("a", "b", "c"):
        journal.add_class(name)
    questions = [Question(samples) for samples in groups_of(query)]
    step = journal.open_step(("s", 0, 1, "1-cluster"), "cluster", "d", {}, questions)
    for row in oracle.to_pylist():
        said = ("label", row["label"]) if row["accepted"] else ("refuse", None)
        out = row["excluded"] or []
        journal.add(step.id, row["interaction"], said[0], "ann", 3, label=said[1], excluded=out)
    person = annotations_of("cluster", journal.sizes(step.id), journal.standing(step.id))
    journal.close()
    assert oracle["excluded"].to_pylist() == [[4], None, None]
    assert person.column_names == [*oracle.column_names, "annotator"]
    assert person.drop_columns(["seconds", "annotator"]).equals(oracle.drop_columns("seconds"))
    for name, annotations in (("oracle", oracle), ("person", person)):
        before = pools.begin_round(pools.initial(np.arange(15)), 1, "reask")
        table, metadata = pools.to_table(pools.apply_annotations(before, query, annotations))
        write_table(tmp_path / name, table, round=1, **metadata)
    assert (tmp_path / "oracle").read_bytes() == (tmp_path / "person").read_bytes()
