"""The journal: answers are events that survive the end of any process."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from cbal.errors import InputError
from cbal.labeling.journal import ConflictError, Journal
from cbal.labeling.records import Question
from tests.conftest import ROOT

KEY = ("s", 0, 1, "1-cluster")
FIRST = ("s", 0, 1, "1-a")
GROUPS = ([3, 1, 2], [4, 5], [6])


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "j" / "journal.sqlite")
    journal.add_class("cat")
    journal.add_class("dog")
    yield journal
    journal.close()


def ask(journal, key=KEY, digest="d", groups=GROUPS, **context):
    questions = [Question(np.array(group), {"guess": {"label": 1}}) for group in groups]
    return journal.open_step(key, "cluster", digest, {"budget": 9, **context}, questions)


def test_it_syncs_every_commit(journal):
    assert journal._rows("PRAGMA journal_mode") == [("truncate",)]
    assert journal._rows("PRAGMA synchronous") == [(2,)]


def test_classes_keep_their_numbers(journal):
    assert journal.add_class("  a  bird ") == 2
    assert journal.add_class("dog") == 1
    assert journal.classes() == ["cat", "dog", "a bird"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x00b", "a\u202eb"])
def test_a_class_needs_a_name_that_can_be_seen(journal, name):
    with pytest.raises(ValueError, match="visible characters"):
        journal.add_class(name)


def test_questions_come_back_as_they_were(journal):
    step = ask(journal)
    assert (step.key, step.kind, step.context, step.state) == (
        KEY,
        "cluster",
        {"budget": 9},
        "open",
    )
    assert journal.question(step.id, 0).samples.tolist() == [3, 1, 2]
    assert journal.question(step.id, 0).hints == {"guess": {"label": 1}}
    assert journal.sizes(step.id) == [3, 2, 1]
    with pytest.raises(KeyError):
        journal.question(step.id, 3)


def test_answers_are_there_when_the_file_is_opened_again(journal, tmp_path):
    step = ask(journal)
    journal.add(step.id, 1, "label", "ann", 2.5, label=1, excluded=[5])
    journal.add(step.id, 0, "refuse", "ann", 1.5)
    again = Journal(tmp_path / "j" / "journal.sqlite")
    assert ask(again).id == step.id
    answers = again.standing(step.id).answers
    assert list(answers) == [1, 0]
    assert (answers[1].label, answers[1].excluded, answers[0].label) == (1, (5,), None)
    assert again.standing(step.id).seconds == {1: 2.5, 0: 1.5}
    assert again.pace("s", 0) == 2
    again.close()


def test_an_answer_is_on_disk_before_add_returns(tmp_path):
    path = tmp_path / "journal.sqlite"
    script = f"""
        import os, signal, numpy as np
        from pathlib import Path
        from cbal.labeling.journal import Journal
        from cbal.labeling.records import Question
        journal = Journal(Path({str(path)!r}))
        journal.add_class("cat")
        step = journal.open_step({KEY!r}, "cluster", "d", {{}}, [Question(np.array([1]))] * 2)
        journal.add(step.id, 0, "label", "ann", label=0)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow/scripts")}
    command = [sys.executable, "-c", textwrap.dedent(script)]
    killed = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    journal = Journal(path)
    assert list(journal.standing(journal.open_steps()[0].id).answers) == [0]
    journal.close()


def test_no_question_is_answered_twice(journal):
    step = ask(journal)
    journal.add(step.id, 0, "refuse", "ann")
    for action, label in (("label", 1), ("refuse", None), ("skip", None)):
        with pytest.raises(ConflictError, match="answered already"):
            journal.add(step.id, 0, action, "bob", label=label)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"action": "label", "label": 2}, "no class 2"),
        ({"action": "label", "label": -1}, "no class -1"),
        ({"action": "label"}, "go with"),
        ({"action": "refuse", "label": 1}, "go with"),
        ({"action": "refuse", "excluded": [1]}, "go with"),
        ({"action": "label", "label": 1, "excluded": [4]}, "not shown"),
        ({"action": "label", "label": 1, "excluded": [1, 2, 3]}, "every image"),
        ({"action": "drop"}, "unknown action"),
    ],
)
def test_a_wrong_answer_changes_nothing(journal, more, why):
    step = ask(journal)
    with pytest.raises(ValueError, match=why):
        journal.add(step.id, 0, more.pop("action"), "ann", **more)
    assert not journal.standing(step.id).answers


@pytest.mark.parametrize("fault", ["answered", "not shown", "unknown action", "closed"])
def test_a_refused_answer_leaves_no_class_behind(journal, fault):
    step = ask(journal)
    said = {"action": "label", "new_class": "heron"}
    said |= {"not shown": {"excluded": [9]}, "unknown action": {"action": "x"}}.get(fault, {})
    for interaction in {"answered": [0], "closed": [0, 1, 2]}.get(fault, []):
        journal.add(step.id, interaction, "refuse", "ann")
    journal.close_step(step.id, grace=0)
    with pytest.raises((ConflictError, ValueError)):
        journal.add(step.id, 0, person="ann", **said)
    assert journal.classes() == ["cat", "dog"]


def test_a_request_that_comes_again_changes_nothing_more(journal):
    step = ask(journal)
    for interaction in (0, 1):
        journal.add(step.id, interaction, "refuse", "ann", request=f"request-{interaction}")
    undone = [journal.undo(step.id, "ann", request="undo-1") for _ in range(2)]
    assert undone == [(step.id, 1)] * 2
    assert list(journal.standing(step.id).answers) == [0]
    with pytest.raises(ConflictError, match="that of another change"):
        journal.undo(step.id, "ann", request="request-0")
    with pytest.raises(ConflictError, match="that of another change"):
        journal.add(step.id, 2, "refuse", "ann", request="request-0")


def two_steps(journal):
    """Return a closed step of a round and the open one after it."""
    first = ask(journal, FIRST, position=1)
    for interaction in range(3):
        journal.add(first.id, interaction, "label", "ann", 1, label=0)
    assert journal.close_step(first.id, grace=0)
    return first, ask(journal, ("s", 0, 1, "2-b"), position=2)


def test_undo_reaches_earlier_steps_while_a_later_one_of_the_round_asks(journal):
    first, second = two_steps(journal)
    journal.add(second.id, 0, "refuse", "ann")
    undone = [journal.undo(second.id, "ann") for _ in range(3)]
    assert undone == [(second.id, 0), (first.id, 2), (first.id, 1)]
    assert journal.undo(first.id, "ann") == (first.id, 0)
    for interaction in range(3):
        journal.add(second.id, interaction, "refuse", "bob")
    assert not journal.close_step(second.id, grace=0)
    for interaction in range(3):
        journal.add(first.id, interaction, "label", "bob", 1, label=1)
    assert not journal.close_step(second.id, grace=60)
    assert journal.close_step(second.id, grace=0)
    with pytest.raises(ConflictError, match="handed on"):
        journal.undo(first.id, "bob")
    with pytest.raises(ConflictError, match="handed on"):
        journal.add(first.id, 0, "refuse", "bob")


def test_undo_does_not_reach_other_rounds(journal):
    two_steps(journal)
    other = ask(journal, ("s", 0, 2, "2-b"), position=2)
    with pytest.raises(ConflictError, match="nothing to undo"):
        journal.undo(other.id, "ann")


def test_a_repeated_job_asks_again_what_was_taken_back(journal):
    first, second = two_steps(journal)
    journal.undo(second.id, "ann")
    again = ask(journal, FIRST, position=1)
    assert (again.id, again.state) == (first.id, "open")
    assert not journal.close_step(first.id, grace=0)
    journal.add(first.id, 2, "refuse", "ann")
    assert journal.close_step(first.id, grace=0)


def test_undo_touches_nobody_else(journal):
    step = ask(journal)
    journal.add(step.id, 0, "label", "ann", 1, label=0)
    journal.add(step.id, 1, "refuse", "bob", 1)
    journal.add(step.id, 2, "label", "ann", 1, label=1)
    undone = [journal.undo(step.id, "ann") for _ in range(2)]
    assert undone == [(step.id, 2), (step.id, 0)]
    with pytest.raises(ConflictError, match="nothing to undo"):
        journal.undo(step.id, "ann")
    assert list(journal.standing(step.id).answers) == [1]
    journal.add(step.id, 0, "label", "ann", 2, label=1)
    assert journal.standing(step.id).answers[0].label == 1
    assert journal.standing(step.id).seconds[0] == 3  # both looks


def test_a_step_closes_once_all_is_answered_and_the_grace_is_over(journal):
    step = ask(journal)
    for interaction in range(3):
        assert not journal.close_step(step.id, grace=0)
        journal.add(step.id, interaction, "refuse", "ann")
    assert not journal.close_step(step.id, grace=60)
    assert journal.close_step(step.id, grace=0)
    with pytest.raises(ConflictError, match="handed on"):
        journal.undo(step.id, "ann")
    journal.add_class("later")
    assert journal.step(step.id).classes == ("cat", "dog")
    assert journal.open_steps() == []
    assert journal.latest_closed().id == step.id
    assert ask(journal).state == "closed"  # the job again: its answers are there


def test_another_query_takes_the_place_of_a_step_s_and_may_come_back(journal):
    first = ask(journal)
    journal.add(first.id, 0, "refuse", "ann")
    second = ask(journal, digest="other", groups=([7, 8],))
    assert [step.id for step in journal.open_steps()] == [second.id]
    with pytest.raises(ConflictError):
        journal.add(first.id, 1, "refuse", "ann")
    assert ask(journal).id == first.id
    assert list(journal.standing(first.id).answers) == [0]


def test_what_is_no_journal_is_named(tmp_path):
    (tmp_path / "journal.sqlite").write_text("something else entirely " * 50)
    with pytest.raises(InputError, match="journal of answers cannot be opened"):
        Journal(tmp_path / "journal.sqlite")


def test_a_full_disk_loses_no_earlier_answer(journal, tmp_path):
    step = ask(journal)
    journal.add(step.id, 0, "refuse", "ann")
    pages = journal._rows("PRAGMA page_count")[0][0]
    journal._rows(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        for _ in range(3000):
            journal.add(step.id, 1, "skip", "ann")
    assert list(journal.standing(step.id).answers) == [0]
