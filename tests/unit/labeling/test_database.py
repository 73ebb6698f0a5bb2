"""The journal's file: copies, loss, damage, and files of earlier versions."""

import random
import shutil
import sqlite3
import threading
import time

import numpy as np
import pytest

from cbal.errors import InputError
from cbal.labeling.database import LostError
from cbal.labeling.journal import Journal
from cbal.labeling.records import Question

QUESTIONS = 200


def begin(path, questions=QUESTIONS):
    """Return a journal with a class and a step of single images."""
    journal = Journal(path)
    journal.add_class("cat")
    asked = [Question(np.array([i]), {"guess": {"label": 0}}) for i in range(questions)]
    journal.open_step(("s", 0, 1, "1-x"), "individual", "d", {"budget": 9}, asked)
    return journal


def content(path):
    """Return everything that a journal tells."""
    journal = Journal(path)
    try:
        steps = journal._steps("1")
        return (
            journal.classes(),
            steps,
            [
                (question.samples.tolist(), question.hints)
                for step in steps
                for question in (
                    journal.question(step.id, i) for i in range(len(journal.sizes(step.id)))
                )
            ],
            [journal.standing(step.id) for step in steps],
        )
    finally:
        journal.close()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.sqlite"


def test_a_copy_of_the_one_file_has_every_answer_at_50_moments(path, tmp_path):
    journal, chance = begin(path), random.Random(0)
    moments = set(chance.sample(range(QUESTIONS), 50))
    for interaction in range(QUESTIONS):
        journal.add(1, interaction, "label", "ann", label=0)
        if interaction in moments:
            copy = tmp_path / "copy.sqlite"
            shutil.copyfile(path, copy)
            assert len(content(copy)[3][0].answers) == interaction + 1
    journal.close()


def documented(path, copy):
    """As `docs/labeling.md` says."""
    sqlite3.connect(path).backup(sqlite3.connect(copy))


@pytest.mark.parametrize("make", [shutil.copyfile, documented])
def test_a_copy_while_answers_are_written_is_whole_or_refused(path, tmp_path, make):
    journal, chance, done = begin(path), random.Random(1), []

    def work():
        for interaction in range(QUESTIONS):
            journal.add(1, interaction, "label", "ann", label=0)
            done.append(interaction)

    worker = threading.Thread(target=work)
    worker.start()
    whole = 0
    for i in range(50):
        time.sleep(chance.random() / 50)
        acknowledged, copy = len(done), tmp_path / f"copy-{i}.sqlite"
        make(path, copy)
        try:
            assert len(content(copy)[3][0].answers) >= acknowledged
            whole += 1
        except InputError as error:
            assert "put back" in str(error)
            assert make is not documented  # that one is always whole
    worker.join()
    assert whole
    journal.close()


def unlink(path):
    path.unlink()


def move(path):
    path.rename(path.with_name("elsewhere"))


def replace(path):
    shutil.copyfile(path.with_name("older"), path.with_name("new"))
    path.with_name("new").rename(path)


def overwrite(path):
    path.write_bytes(path.with_name("older").read_bytes())


def empty(path):
    path.write_bytes(b"")


def shorten(path):
    path.write_bytes(path.read_bytes()[:8192])


LOSSES = [unlink, move, replace, overwrite, empty, shorten]


@pytest.mark.parametrize("lose", LOSSES)
@pytest.mark.parametrize("change", ["add", "skip", "undo", "class"])
def test_a_file_that_is_no_more_is_noticed_before_anything_is_acknowledged(path, lose, change):
    journal = begin(path)
    journal.add(1, 0, "label", "ann", label=0)
    shutil.copyfile(path, path.with_name("older"))
    journal.add(1, 1, "label", "ann", label=0)
    lose(path)
    changes = {
        "add": lambda: journal.add(1, 2, "refuse", "ann"),
        "skip": lambda: journal.add(1, 2, "skip", "ann"),
        "undo": lambda: journal.undo(1, "ann"),
        "class": lambda: journal.add_class("dog"),
    }
    for _ in range(2):  # nor the second time
        with pytest.raises(LostError, match="while it was in use; no more answers are taken"):
            changes[change]()
    journal.close()


def test_a_file_that_goes_during_a_change_is_noticed(path):
    journal = begin(path)
    with pytest.raises(LostError), journal._change():
        path.unlink()
    journal.close()


def test_an_empty_file_is_no_new_journal(path):
    path.touch()
    with pytest.raises(InputError, match="is empty; put back a copy"):
        Journal(path)
    assert path.stat().st_size == 0


def test_a_flipped_bit_never_changes_content_silently(path, tmp_path):
    journal = begin(path, questions=30)
    for interaction in range(20):
        journal.add(1, interaction, "label", f"person {interaction}", 1.5, new_class="dog")
    journal.undo(1, "person 3")
    journal.close()
    right, whole, chance = content(path), path.read_bytes(), random.Random(0)
    refused, flipped = 0, tmp_path / "flipped.sqlite"
    for place in chance.sample(range(8 * len(whole)), 1000):
        data = bytearray(whole)
        data[place // 8] ^= 1 << place % 8
        flipped.write_bytes(data)
        try:
            assert content(flipped) == right, place
        except InputError:
            refused += 1
    assert refused > 50


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events SET label = 1 WHERE id = 2",
        "UPDATE events SET action = 'skip' WHERE id = 2",
        "DELETE FROM events WHERE id = 2",
        "DELETE FROM events WHERE id = 3",
        "DELETE FROM classes",
        "DELETE FROM questions WHERE interaction = 5",
        "UPDATE classes SET name = 'cab'",
        "UPDATE steps SET state = 'closed'",
        "UPDATE questions SET samples = x'0000000000000001' WHERE interaction = 2",
    ],
)
def test_a_changed_or_missing_row_is_noticed(path, change):
    journal = begin(path)
    for interaction in range(3):
        journal.add(1, interaction, "label", "ann", label=0)
    journal.close()
    db = sqlite3.connect(path)
    assert db.execute(change).rowcount == 1
    db.commit()
    db.close()
    with pytest.raises(InputError, match="is damaged"):
        Journal(path)


def test_damage_under_a_running_server_is_noticed_on_reading(path):
    journal = begin(path)
    journal.add(1, 0, "label", "ann", label=0)
    db = sqlite3.connect(path)
    db.execute("UPDATE events SET label = 1")
    db.commit()
    db.close()
    with pytest.raises(InputError, match="a row of events has changed"):
        journal.standing(1)
    journal.close()


OLDER = """
CREATE TABLE classes (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE steps (
    id INTEGER PRIMARY KEY, scenario TEXT NOT NULL, seed INTEGER NOT NULL,
    round INTEGER NOT NULL, step TEXT NOT NULL, kind TEXT NOT NULL, digest TEXT NOT NULL,
    context TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'open', classes TEXT,
    UNIQUE (scenario, seed, round, step, digest));
CREATE TABLE questions (
    step INTEGER NOT NULL, interaction INTEGER NOT NULL, samples BLOB NOT NULL,
    hints TEXT NOT NULL, PRIMARY KEY (step, interaction));
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, step INTEGER NOT NULL, interaction INTEGER NOT NULL,
    action TEXT NOT NULL, label INTEGER, excluded TEXT, seconds REAL NOT NULL,
    person TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX events_of_step ON events (step);
INSERT INTO classes VALUES (0, 'cat'), (1, 'dog');
INSERT INTO steps VALUES (1, 's', 0, 1, '1-x', 'individual', 'd', '{}', 'open', NULL);
INSERT INTO questions VALUES (1, 0, x'0700000000000000', '{}'), (1, 1, x'0800000000000000', '{}');
INSERT INTO events VALUES (1, 1, 0, 'label', 1, NULL, 2.0, 'ann', 1700000000.5);
"""


def test_a_journal_of_an_earlier_version_gets_its_checksums(path):
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.executescript(OLDER)
    db.close()
    journal = Journal(path)
    assert journal.classes() == ["cat", "dog"]
    assert journal.question(1, 1).samples.tolist() == [8]
    journal.add(1, 1, "label", "ann", label=0)
    journal.close()
    answers = content(path)[3][0].answers
    assert {i: answer.label for i, answer in answers.items()} == {0: 1, 1: 0}
