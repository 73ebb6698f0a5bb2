"""Facts about a person's data set that are known before any job."""

import os

import numpy as np
import pytest

from cbal.labeling.journal import Journal
from cbal.labeling.records import Question
from cbal.labeling.review.journal import Reviews
from orchestration.planning.folders import digest_of_files, has_answers, reviewed, state_of


@pytest.fixture(autouse=True)
def fresh():
    for function in (digest_of_files, has_answers, reviewed):
        function.cache_clear()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "photos/deep").mkdir(parents=True)
    (tmp_path / "photos/deep/a.png").write_bytes(b"a")
    (tmp_path / "elsewhere").mkdir()
    os.symlink(tmp_path / "elsewhere", tmp_path / "photos/link")
    os.symlink(tmp_path / "photos", tmp_path / "elsewhere/loop")
    return tmp_path / "photos"


@pytest.mark.parametrize("where", ["b.png", "deep/b.png", "link/b.png"])
def test_a_file_that_comes_or_goes_or_grows_is_noticed(folder, where):
    digests = {digest_of_files(folder)}
    for content in (b"", b"b"):
        (folder / where).write_bytes(content)
        digest_of_files.cache_clear()
        digests.add(digest_of_files(folder))
    (folder / where).unlink()
    digest_of_files.cache_clear()
    assert len(digests) == 3
    assert digest_of_files(folder) in digests


def test_a_file_is_told_with_those_of_its_name_beside_it(tmp_path):
    digests = set()
    for name, content in [("e.npy", b""), ("e.npy", b"a"), ("e.csv", b""), ("e.csv", b"b")]:
        (tmp_path / name).write_bytes(content)
        digest_of_files.cache_clear()
        digests.add(digest_of_files(tmp_path / "e.npy"))
    (tmp_path / "f.csv").touch()
    digest_of_files.cache_clear()
    assert digest_of_files(tmp_path / "e.npy") in digests
    assert len(digests) == 4


def test_a_name_that_is_no_text_is_no_trouble(folder):
    (folder / os.fsdecode(b"\xff.png")).touch()
    assert digest_of_files(folder)


def test_answers_are_seen_while_the_journal_is_open(tmp_path):
    path = tmp_path / "a b?" / "journal.sqlite"
    assert not has_answers(path)
    assert state_of(path) == []
    journal = Journal(path)
    step = journal.open_step(("s", 0, 1, "x"), "cluster", "d", {}, [Question(np.array([1]))])
    has_answers.cache_clear()
    assert not has_answers(path)
    journal.add(step.id, 0, "refuse", "ann")
    has_answers.cache_clear()
    assert has_answers(path)
    assert len(state_of(path)) == 1
    journal.close()


def test_what_is_no_journal_may_have_answers(tmp_path):
    (tmp_path / "journal.sqlite").write_bytes(b"no database, but somebody's" * 100)
    assert has_answers(tmp_path / "journal.sqlite")


def test_a_journal_says_whether_and_when_it_was_last_corrected(tmp_path):
    path = tmp_path / "journal.sqlite"
    assert reviewed(path) == []
    path.write_text("no journal")
    reviewed.cache_clear()
    assert reviewed(path) == []
    path.unlink()
    journal = Reviews(path)
    journal.add_class("cat")
    states = []
    for change in (
        lambda: None,
        lambda: journal.correct(("s", 0), [1], "ann", label=0),
        lambda: journal.change_class("rename", 0, "ann", name="fox"),
        lambda: journal.take_back(("s", 0), "ann"),
    ):
        change()
        reviewed.cache_clear()
        states.append(reviewed(path))
    journal.close()
    assert states[0] == []
    assert len({tuple(state) for state in states}) == 4
