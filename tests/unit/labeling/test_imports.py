"""Labels that existed before anything was asked."""

import numpy as np
import pytest

from cbal.errors import InputError
from cbal.labeling.given import given_to
from cbal.labeling.imports import Imports, read_labels
from cbal.labeling.review.journal import Reviews
from cbal.pool.state import INDIVIDUAL

FILES = ["a.png", "sub/b.png", "=c.png", "d.png"]


def write(folder, *lines):
    (folder / "labels.csv").write_text("\n".join(lines))
    return folder / "labels.csv"


def test_a_file_by_hand(tmp_path):
    path = write(
        tmp_path,
        "kind,label,file",
        "x,cat,sub/b.png",
        "x,'=dog,'=c.png",  # as labels.csv writes what a spreadsheet takes for a formula
        "x,,a.png",
        "x, a  cat ,d.png",
        "x,cat,gone.png",
    )
    assert read_labels(path, FILES) == ({1: "cat", 2: "=dog", 3: "a cat"}, 1)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["file,class", "a.png,cat"], "no column label; add it"),
        ([], "no column file or label; add it"),
        (["file,label", "x.png,cat"], "none of its 1 file is in the data set"),
        (["file,label", "a.png,cat", "a.png,dog"], "'a.png' has two labels; keep one"),
        (["file,label", "a.png,c\u200bat"], "visible characters only"),
    ],
)
def test_mistakes_are_told_in_one_line(tmp_path, lines, words):
    with pytest.raises(InputError, match=words) as caught:
        read_labels(write(tmp_path, *lines), FILES)
    assert "\n" not in str(caught.value)


@pytest.fixture
def journal(tmp_path):
    journal = Imports(tmp_path / "journal.sqlite")
    yield journal
    journal.close()


def test_imported_labels_are_individual_labels_of_every_run_and_kept_once(journal, tmp_path):
    journal.add_class("dog")
    labels = {3: "cat", 1: "dog"}
    for _ in range(2):
        journal.keep(labels, FILES, tmp_path)
    assert journal.classes() == ["dog", "cat"]
    assert journal.imported() == labels
    given, others = given_to(journal, "any", 7, FILES)
    assert others == []
    assert given.label.tolist() == [-1, 0, -1, 1]
    assert np.flatnonzero(given.kind == INDIVIDUAL).tolist() == [1, 3]
    assert given.round.tolist() == [-1, 0, -1, 0]
    assert not journal.open_steps()


def test_other_labels_after_the_first_are_refused(journal, tmp_path):
    journal.keep({1: "dog"}, FILES, tmp_path)
    with pytest.raises(InputError, match="other labels were imported before"):
        journal.keep({1: "cat"}, FILES, tmp_path)
    assert journal.imported() == {1: "dog"}


def test_two_classes_of_one_folder_are_refused_and_nothing_is_kept(journal, tmp_path):
    with pytest.raises(InputError, match="would be one folder"):
        journal.keep({0: "Cat", 1: "cat"}, FILES, tmp_path)
    assert journal.classes() == []
    assert journal.imported() == {}


def test_a_class_of_the_file_that_was_changed_since_is_still_the_file_s(journal, tmp_path):
    labels = {3: "cat", 1: "dog"}
    journal.keep(labels, FILES, tmp_path)
    reviews = Reviews(tmp_path / "journal.sqlite")
    reviews.change_class("rename", 0, "ann", name="wild cat")
    reviews.change_class("merge", 1, "ann", into=0)
    reviews.close()
    journal.keep(labels, FILES, tmp_path)
    assert journal.imported() == labels
    given, _ = given_to(journal, "any", 7, FILES)
    assert journal.classes()[given.label[1]] == journal.classes()[given.label[3]] == "wild cat"
