"""Where splits, second answers and the review meet in one journal."""

import numpy as np
import pytest

from cbal.labeling.agreement import Agreements
from cbal.labeling.asking import digest_of
from cbal.labeling.desk import Desk
from cbal.labeling.given import given_to
from cbal.labeling.journal import ConflictError
from cbal.labeling.leases import Claims
from cbal.labeling.records import Question
from cbal.labeling.review.journal import Reviews
from cbal.labeling.web.groups import groups_of

CAT, DOG, COW = 0, 1, 2
RUN = ("clusters", 0)
FILES = [f"{i}.png" for i in range(24)]
GROUPS = [np.arange(at, at + 6) for at in range(0, 24, 6)]
CONTEXT = {"budget": 10, "rounds": 2, "images": 24, "interactions": 0, "individual": 0}


@pytest.fixture
def journal(tmp_path):
    journal = Reviews(tmp_path / "journal.sqlite")
    for name in ("cat", "dog", "cow"):
        journal.add_class(name)
    yield journal
    journal.close()


@pytest.fixture
def step(journal):
    """The number of an open step with four clusters of six samples."""
    questions = [Question(group) for group in GROUPS]
    digest = digest_of(GROUPS, FILES)
    return journal.open_step((*RUN, 1, "1-cluster"), "cluster", digest, CONTEXT, questions).id


@pytest.fixture
def desk(journal, step):
    return Desk(journal, Claims(), lambda _: True, double=1.0)


def label(journal, step, interaction, who, label):
    return journal.add(step, interaction, "label", who, 1, label=label, annotator=who)


def split(journal, step, interaction, who, seconds=0.0):
    """Split a cluster into two halves; return their interactions."""
    halves = [Question(half) for half in np.split(GROUPS[interaction], 2)]
    journal.split(step, interaction, halves, who, seconds, annotator=who)
    return journal.standing(step).parts_of(interaction)


def test_corrections_are_questions_to_nobody(journal, step, desk):
    journal.correct(RUN, [0, 1], "Ann", label=CAT, round=1, annotator="Ann")
    journal.change_class("rename", COW, "Ann", name="bull", annotator="Ann")
    view = desk.next("page-of-bob", annotator="Bob")
    assert (view.step.id, view.interaction, view.second) == (step, 0, False)
    (change,) = journal.run_of("/clusters", 0)
    with pytest.raises(ValueError, match="no question"):
        label(journal, change.id, 0, "Bob", CAT)


def test_a_split_cluster_and_its_groups_are_asked_of_one_person(journal, step, desk):
    first, _ = split(journal, step, 0, "Ann")
    label(journal, step, first, "Ann", CAT)
    assert not list(desk._seconds.due("Bob"))
    for interaction in (0, first):
        with pytest.raises(ConflictError, match="answered already"):
            label(journal, step, interaction, "Bob", DOG)


def test_a_cluster_that_the_first_person_splits_later_is_no_pair(journal, step):
    label(journal, step, 0, "Ann", CAT)
    label(journal, step, 0, "Bob", CAT)
    assert len(Agreements(journal).pairs_of(*RUN)) == 1
    journal.undo(step, "Ann", annotator="Ann")
    split(journal, step, 0, "Ann")
    assert Agreements(journal).pairs_of(*RUN) == []


def test_two_people_agree_across_a_merge(journal, step):
    agreements = Agreements(journal)
    label(journal, step, 0, "Ann", DOG)
    journal.change_class("merge", DOG, "Ann", into=CAT)
    label(journal, step, 0, "Bob", CAT)
    assert [pair.alike for pair in agreements.pairs_of(*RUN)] == [True]
    journal.take_back(RUN, "Ann")  # what was read before the merge is not stale
    assert [pair.alike for pair in agreements.pairs_of(*RUN)] == [False]


def test_a_second_answer_that_became_the_first_gets_a_second_one(journal, step, desk):
    label(journal, step, 0, "Ann", CAT)
    label(journal, step, 0, "Bob", DOG)
    journal.undo(step, "Ann", annotator="Ann")
    label(journal, step, 0, "Bob", DOG)
    assert [interaction for _, interaction in desk._seconds.due("Ann")] == [0]
    assert not list(desk._seconds.due("Bob"))


def test_who_skips_too_late_is_told_of_no_answer_that_is_kept(journal, step):
    desk = Desk(journal, Claims(), lambda _: True)
    label(journal, step, 0, "Ann", CAT)
    label(journal, step, 1, "Ann", CAT)
    assert not desk.answer("page-b", "Bob", step, 0, "skip", 1, annotator="Bob")
    assert desk.answer("page-b", "Bob", step, 1, "refuse", 1, annotator="Bob")


def test_a_change_is_undone_by_who_made_it_whatever_the_browser(journal, step):
    journal.correct(RUN, [7], "shared", label=COW, round=1, annotator="Ann")
    with pytest.raises(ConflictError, match="no change of yours"):
        journal.take_back(RUN, "shared", annotator="Bob")
    assert journal.take_back(RUN, "another", annotator="Ann").annotator == "Ann"


def test_seconds_of_groups_that_were_taken_back_are_those_of_their_cluster(journal, step):
    first, _ = split(journal, step, 0, "Ann", seconds=3.0)
    journal.add(step, first, "label", "Ann", 7, label=CAT, annotator="Ann")
    for _ in range(2):
        journal.undo(step, "Ann", annotator="Ann")
    journal.add(step, 0, "refuse", "Ann", 2, annotator="Ann")
    assert journal.standing(step).seconds == {0: 12.0}


def test_a_group_has_the_name_of_the_class_that_its_own_was_merged_into(journal, step, desk):
    first, _ = split(journal, step, 0, "Ann")
    label(journal, step, first, "Ann", DOG)
    journal.change_class("merge", DOG, "Ann", into=CAT)
    view = desk.next("page-of-ann", annotator="Ann")
    groups = groups_of(view, journal.classes(), lambda *_: [], journal.gone())
    assert [group["given"] for group in groups] == ["cat", None]
    assert given_to(journal, *RUN, FILES)[0].label[:6].tolist() == [CAT] * 3 + [-1] * 3
