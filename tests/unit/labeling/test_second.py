"""Answers of a second person: which questions, whose, and what they change (nothing)."""

import sqlite3

import numpy as np
import pytest

from cbal.errors import InputError
from cbal.labeling.asking import context_of
from cbal.labeling.desk import Desk
from cbal.labeling.journal import ConflictError, Journal
from cbal.labeling.leases import LASTS, Claims
from cbal.labeling.records import Question, Step
from cbal.labeling.second import Seconds, doubled
from cbal.pool.state import initial

ANN, BEN = "session-a", "session-b"


@pytest.fixture
def desk(tmp_path, clock, waiting):
    """Every question is asked of two."""
    journal = Journal(tmp_path / "journal.sqlite")
    journal.add_class("cat")
    journal.add_class("dog")
    yield Desk(journal, Claims(clock), waiting.__contains__, double=1)
    journal.close()


def ask(desk, waiting, round=1, n=3, position=1):
    questions = [Question(np.array([i])) for i in range(n)]
    context = context_of(initial(np.arange(9)), 50, 2) | {"position": position}
    key = ("s", 0, round, f"{position}-x")
    step = desk.journal.open_step(key, "individual", f"d{round}{position}", context, questions).id
    waiting.clear()
    waiting.add(step)
    return step


@pytest.fixture
def step(desk, waiting):
    return ask(desk, waiting)


def of(desk, page, annotator):
    view = desk.next(page, annotator=annotator)
    return view.name, view.interaction, view.second


def test_who_answered_is_never_asked_again_and_another_is(desk, step):
    for interaction in range(3):
        desk.answer("one", ANN, step, interaction, "label", 1, label=0, annotator="Ann")
    assert of(desk, "one", "Ann") == ("handing-on", None, False)
    assert of(desk, "another of hers", "Ann") == ("handing-on", None, False)
    assert of(desk, "two", "") == ("handing-on", None, False)  # may be Ann
    assert of(desk, "two", "Ben") == ("question", 0, True)
    assert of(desk, "two", "Ben") == ("question", 0, True)
    assert of(desk, "three", "Cleo") == ("question", 1, True)
    assert desk.beat("two", step, 0, annotator="Ben")
    desk.answer("two", BEN, step, 0, "label", 1, label=1, annotator="Ben")
    assert of(desk, "two", "Ben") == ("question", 2, True)
    assert not desk.beat("two", step, 0, annotator="Ben")
    desk.leave("three")
    assert of(desk, "four", "Dora") == ("question", 1, True)  # 0 has two answers


def test_the_first_answer_counts_and_the_second_changes_nothing(desk, step):
    journal = desk.journal
    for interaction in range(3):
        desk.answer("one", ANN, step, interaction, "label", 2, label=0, annotator="Ann")
    before, pace, status = journal.standing(step), journal.pace("s", 0), desk.next("one").status
    desk.answer("two", BEN, step, 0, "label", 50, label=1, annotator="Ben")
    desk.answer("two", BEN, step, 1, "refuse", 50, annotator="Ben")
    after = journal.standing(step)
    assert (after.answers, after.seconds, after.skips) == (
        before.answers,
        before.seconds,
        before.skips,
    )
    assert journal.pace("s", 0) == pace
    assert desk.next("one").status | {"agreement": None} == status
    assert [each.label for each in after.others[0] + after.others[1]] == [1, None]
    assert {each.annotator for each in after.others[0] + after.others[1]} == {"Ben"}


def test_a_round_waits_for_no_second_answer_and_takes_it_later(desk, step, waiting):
    for interaction in range(3):
        desk.answer("one", ANN, step, interaction, "label", 1, label=0, annotator="Ann")
    assert of(desk, "two", "Ben") == ("question", 0, True)
    assert desk.journal.close_step(step, grace=0)
    waiting.clear()
    assert of(desk, "one", "Ann") == ("training", None, False)
    assert of(desk, "two", "Ben") == ("question", 0, True)
    assert desk.beat("two", step, 0, annotator="Ben")
    later = ask(desk, waiting, round=2)
    desk.answer("two", BEN, step, 0, "label", 1, label=0, annotator="Ben")
    assert desk.journal.step(step).state == "closed"
    view = desk.next("two", annotator="Ben")
    assert (view.step.id, view.interaction, view.second) == (step, 1, True)
    assert view.status["round"] == 2  # the numbers are those of what is asked now
    assert desk.next("one", annotator="Ann").step.id == later


def test_a_page_keeps_the_new_question_that_it_has(desk, step):
    assert of(desk, "two", "Ben") == ("question", 0, False)
    desk.answer("one", ANN, step, 1, "label", 1, label=0, annotator="Ann")
    assert of(desk, "two", "Ben") == ("question", 0, False)
    desk.answer("two", BEN, step, 0, "label", 1, label=0, annotator="Ben")
    assert of(desk, "two", "Ben") == ("question", 1, True)
    assert of(desk, "one", "Ann") == ("question", 0, True)


def test_who_puts_it_off_is_not_asked_again_but_others_are(desk, step):
    desk.answer("one", ANN, step, 0, "label", 1, label=0, annotator="Ann")
    assert of(desk, "two", "Ben") == ("question", 0, True)
    desk.answer("two", BEN, step, 0, "skip", 1, annotator="Ben")
    assert of(desk, "two", "Ben") == ("question", 1, False)
    assert of(desk, "three", "Cleo") == ("question", 0, True)
    assert desk.journal.standing(step).answers[0].label == 0


def test_both_answers_are_kept_if_two_people_answer_the_same_question(desk, step, clock):
    """A page that was silent lost its question, and its person answers all the same."""
    desk.next("one", annotator="Ann")
    clock.now += LASTS + 1
    assert of(desk, "two", "Ben") == ("question", 0, False)
    assert not desk.answer("one", ANN, step, 0, "label", 1, label=0, annotator="Ann")
    assert not desk.answer("two", BEN, step, 0, "label", 1, label=1, annotator="Ben")
    standing = desk.journal.standing(step)
    assert standing.answers[0].label == 0
    assert [each.label for each in standing.others[0]] == [1]
    with pytest.raises(ConflictError, match="answered this question already"):
        desk.answer("two", BEN, step, 0, "label", 1, label=0, annotator="Ben")


def test_the_late_one_is_told_unless_it_was_asked_of_two(desk, step, waiting, clock):
    alone = Desk(desk.journal, Claims(clock), waiting.__contains__)
    alone.answer("one", ANN, step, 0, "label", 1, label=0, annotator="Ann")
    assert of(alone, "two", "Ben") == ("question", 1, False)
    assert alone.answer("two", BEN, step, 0, "label", 1, label=1, annotator="Ben")


def test_undo_takes_back_one_s_own_last_answer_of_either_sort(desk, step):
    desk.answer("one", ANN, step, 0, "label", 1, label=0, annotator="Ann")
    desk.answer("two", BEN, step, 1, "label", 1, label=0, annotator="Ben")
    desk.answer("two", BEN, step, 0, "label", 1, label=1, annotator="Ben")
    desk.undo("two", BEN, step, annotator="Ben")
    standing = desk.journal.standing(step)
    assert (standing.answers.keys(), standing.others[0]) == ({0, 1}, [])
    assert of(desk, "two", "Ben") == ("question", 0, True)
    desk.undo("two", BEN, step, annotator="Ben")
    assert desk.journal.standing(step).answers.keys() == {0}
    with pytest.raises(ConflictError, match="nothing to undo"):
        desk.undo("two", BEN, step, annotator="Ben")


def test_undo_of_a_new_answer_while_an_old_question_is_shown(desk, step, waiting):
    for page, who, interaction in (("one", "Ann", 0), ("two", "Ben", 0), ("one", "Ann", 1)):
        desk.answer(page, who, step, interaction, "label", 1, label=0, annotator=who)
    desk.answer("one", ANN, step, 2, "label", 1, label=0, annotator="Ann")
    assert desk.journal.close_step(step, grace=0)
    later = ask(desk, waiting, round=2)
    desk.answer("two", BEN, later, 0, "label", 1, label=1, annotator="Ben")
    desk.undo("two", BEN, step, annotator="Ben")  # the page shows the next question of round 1
    assert desk.journal.standing(later).answers == {}
    with pytest.raises(ConflictError, match="nothing to undo"):  # before this round
        desk.undo("two", BEN, step, annotator="Ben")
    assert len(desk.journal.standing(step).others[0]) == 1


def test_a_repeated_request_adds_no_second_answer(desk, step):
    journal = desk.journal
    journal.add(step, 0, "label", ANN, label=0, annotator="Ann")
    for _ in range(2):
        assert not journal.add(
            step, 0, "label", BEN, label=1, annotator="Ben", request="the-same-request"
        )
    assert len(journal.standing(step).others[0]) == 1
    for _ in range(2):
        assert journal.undo(step, BEN, "the-same-undo", "Ben") == (step, 0)
    assert journal.standing(step).others[0] == []


def test_two_names_in_one_browser_are_two_people_and_one_name_in_two_is_one(desk, step):
    desk.answer("one", ANN, step, 0, "label", 1, label=0, annotator="Ann")
    assert of(desk, "one", "Ben") == ("question", 0, True)
    with pytest.raises(ConflictError, match="nothing to undo"):
        desk.undo("one", ANN, step, annotator="Ben")
    desk.undo("phone", "another session", step, annotator="Ann")
    assert not desk.journal.standing(step).answers


def test_a_question_that_does_not_exist_is_not_due(desk, step):
    for number, interaction in ((step, 99), (99, 0)):
        assert not Seconds(desk.journal, 1).is_due(number, interaction, "Ann")


@pytest.mark.parametrize("share", [0, 0.1, 0.25, 1])
def test_the_share_is_drawn_by_the_seed_and_the_same_each_time(share):
    step = Step(1, ("s", 3, 2, "1-x"), "individual", {}, "open")
    for questions in (0, 1, 40, 999):
        chosen = doubled(step, questions, share)
        assert chosen.shape == (questions,)
        assert abs(chosen.sum() - share * questions) <= 1
        assert (chosen == doubled(step, questions, share)).all()
    others = [Step(1, ("s", seed, 2, "1-x"), "individual", {}, "open") for seed in range(20)]
    firsts = {tuple(np.flatnonzero(doubled(each, 40, 0.1))) for each in others}
    assert len(firsts) == 20
    assert 0 < sum(doubled(each, 3, 0.1).sum() for each in others) < 20


@pytest.mark.parametrize("name", ["NULL", "'Eve'"])
def test_a_changed_name_is_noticed(desk, step, tmp_path, name):
    desk.journal.add(step, 0, "refuse", ANN, annotator="Ann")
    desk.journal.close()
    db = sqlite3.connect(tmp_path / "journal.sqlite")
    db.execute(f"UPDATE events SET annotator = {name}")
    db.commit()
    db.close()
    with pytest.raises(InputError, match="is damaged"):
        Journal(tmp_path / "journal.sqlite")


def test_a_journal_from_before_there_were_names_stays_valid(desk, step, tmp_path):
    desk.journal.add(step, 0, "refuse", ANN)
    desk.journal.add(step, 1, "refuse", ANN)
    desk.journal.close()
    path = tmp_path / "journal.sqlite"
    db = sqlite3.connect(path)
    db.execute("ALTER TABLE events DROP COLUMN annotator")
    db.commit()
    db.close()
    for _ in range(2):
        journal = Journal(path)
        assert [it.annotator for it in journal.standing(step).answers.values()][:2] == ["", ""]
        journal.close()
    journal = Journal(path)
    journal.add(step, 2, "refuse", ANN, annotator="Ann")
    assert journal.standing(step).answers[2].annotator == "Ann"
    journal.close()
