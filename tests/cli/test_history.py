"""Strategies that look back at questions and answers, by the command lines of whole rounds."""

import pytest

from cbal.pool.rounds import read_pool
from cbal.pool.state import INDIVIDUAL
from cbal.storage.files import read_table
from tests.cli.by_hand import ByHand
from tests.cli.stages import CLUSTER, DIVIDE, ENTROPY, GAIN, Run


def steps_of(out):
    return sorted(path.name for path in out.glob("[1-3]"))


def questions(out, step):
    """Return samples by question, of a step's query, and the rows of its annotations."""
    asked = {}
    for row in read_table(out / f"{step}/query.parquet").to_pylist():
        asked.setdefault(row["interaction"], set()).add(row["sample_id"])
    return asked, read_table(out / f"{step}/annotations.parquet").to_pylist()


@pytest.fixture(scope="module", params=["reask", "keep"])
def rounds(request, prepared, tmp_path_factory):
    """Three rounds of single images and clusters: two, of three classes, then gain and divide."""
    run = Run(prepared, tmp_path_factory.mktemp(request.param), request.param)
    run.extraction = ["--labeled"]
    outs = []
    for round, clusters in enumerate([(CLUSTER,), (GAIN, DIVIDE), (GAIN, DIVIDE)], 1):
        outs.append(run.round(round, ENTROPY, *clusters, n=2))
        run.train(round)
    return outs


def test_nothing_is_asked_that_has_an_individual_label(rounds):
    alone = set()
    for out in rounds:
        for step in steps_of(out)[1:]:
            assert not set().union(*questions(out, step)[0].values()) & alone
        pool = read_pool(out / "pool.parquet")
        alone |= set(pool.sample_id[pool.kind == INDIVIDUAL].tolist())
    assert len(alone) == 6


def test_each_question_counts_as_an_interaction(rounds):
    asked = sum(len(questions(out, step)[0]) for out in rounds for step in steps_of(out))
    assert read_pool(rounds[-1] / "pool.parquet").interactions == asked


def test_a_part_is_of_the_refused_cluster_that_its_annotation_names(rounds):
    run, parts = [], 0
    for out in rounds:
        for step in steps_of(out):
            asked, answers = questions(out, step)
            for answer in answers:
                if answer.get("part_of", -1) >= 0:
                    samples, refused = run[answer["part_of"]]
                    assert refused
                    assert asked[answer["interaction"]] < samples
                    parts += 1
            run += [(asked[each["interaction"]], not each["accepted"]) for each in answers]
    assert parts


def test_the_expectation_stands_beside_the_answer(rounds):
    _, answers = questions(rounds[1], 2)
    assert answers
    for answer in answers:
        assert 0 <= answer["chance"] <= 1
        assert 0 < answer["share"] <= 1


def test_a_person_s_answers_tell_the_same(prepared, tmp_path):
    outs = []
    for kind in (Run, ByHand):
        run = kind(prepared, tmp_path / kind.__name__)
        run.round(1, CLUSTER)
        outs.append(run.round(2, DIVIDE, CLUSTER))
    ours, theirs = (read_table(out / "1/annotations.parquet").to_pylist() for out in outs)
    assert [row["part_of"] for row in ours] == [row["part_of"] for row in theirs]
    assert [row["accepted"] for row in ours] == [row["accepted"] for row in theirs]
