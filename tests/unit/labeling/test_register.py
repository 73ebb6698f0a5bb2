"""Numbers of files."""

import numpy as np
import pyarrow as pa
import pytest

from cbal.labeling.asking import context_of
from cbal.labeling.records import Question
from cbal.labeling.register import File, Register
from cbal.pool.state import initial
from cbal.storage.files import write_table

FILES = [File("b.png", "train"), File("a.png", "test")]


@pytest.fixture
def register(tmp_path):
    register = Register(tmp_path / "journal.sqlite")
    yield register
    register.close()


def test_files_keep_their_numbers(register, tmp_path):
    register.add_files(FILES)
    register.add_files([File("0.png", "train")])
    other = Register(tmp_path / "journal.sqlite")
    assert other.files() == [*FILES, File("0.png", "train")]
    other.add_files(FILES[:1], anew=True)
    assert register.files() == FILES[:1]
    other.close()


def test_an_older_journal_s_files_are_those_of_the_index(register, tmp_path):
    index = {"source": ["b.png", "a.png"], "split": ["train", "test"]}
    write_table(tmp_path / "index", pa.table(index))
    assert register.files(tmp_path / "index") == FILES
    assert register.files() == []


def test_a_round_that_was_asked_has_the_samples_of_then(register):
    train = np.array([0, 1, 2, 5, 6])
    assert register.as_asked(("s", 0), 2, train).tolist() == [0, 1, 2, 5, 6]
    context = context_of(initial(np.arange(3)), 50, 2)
    register.open_step(("s", 0, 2, "1-x"), "cluster", "d", context, [Question(np.array([2, 1]))])
    assert register.as_asked(("s", 0), 2, train).tolist() == [0, 1, 2]
    assert register.as_asked(("s", 0), 3, train).tolist() == [0, 1, 2, 5, 6]
    assert register.order_of("s", 0) == [2, 1]
    assert register.order_of("s", 1) == []


def test_only_answers_settle_it(register):
    context = context_of(initial(np.arange(3)), 50, 2)
    step = register.open_step(("s", 0, 1, "x"), "cluster", "d", context, [Question(np.array([1]))])
    assert not register.has_answers()
    register.add(step.id, 0, "refuse", "ann")
    assert register.has_answers()
