"""Files that come and go while a person labels."""

import numpy as np
import pytest

from cbal.data.unlabeled import Found
from cbal.errors import InputError
from cbal.labeling.arrivals import arrivals, files_of, write_grown
from cbal.labeling.register import File

KNOWN = [File("b", "train"), File("c", "train"), File("a", "test")]


def found(names):
    """Images of one value each, which depends on the letter in the name."""
    pixels = np.stack([np.full((2, 2, 3), ord(name[0]), np.uint8) for name in names])
    return Found(list(names), pixels, ())


def come(names, subset=None, validation=1):
    rng = np.random.default_rng(0)
    return [f.name for f in arrivals("mine", KNOWN, names, subset, validation, rng)]


def test_new_files_come_after_all_others_and_are_to_be_labeled():
    assert come("Aabcd") == ["A", "d"]
    assert come("bc") == []
    assert arrivals("mine", KNOWN, "bd", None, 1, None) == [File("d", "train")]


def test_a_file_of_the_same_name_is_told_by_its_place():
    assert come(["b", "b", "c", "a"]) == ["b"]


def test_a_subset_takes_no_more_than_it_has_room_for():
    assert come("abcdef", subset=3) == []
    assert len(come("abcdef", subset=5)) == 2


@pytest.mark.parametrize(
    ("names", "validation", "words"),
    [("xyz", 1, "none of its 3 files .*the first is b"), ("abc", 2, "validation: 2.* with 1")],
)
def test_what_cannot_be_meant_is_refused_in_one_line(names, validation, words):
    with pytest.raises(InputError, match=words) as caught:
        come(names, validation=validation)
    anew = "to start again, remove results/mine (with all answers) and data/mine"
    assert anew in str(caught.value)


def test_what_is_gone_keeps_its_number_and_its_pixels(tmp_path):
    path = tmp_path / "images.npy"
    index, gone = write_grown(path, KNOWN, found("abc"), "mine")
    assert gone == []
    files = [*KNOWN, File("d", "train")]
    index, gone = write_grown(path, files, found("bad"), "mine")
    assert files_of(index) == files
    assert index["sample_id"].to_pylist() == [0, 1, 2, 3]
    assert [chr(value) for value in np.load(path)[:, 0, 0, 0]] == list("bcad")
    assert gone == ["c"]


@pytest.mark.parametrize("before", [None, (2, 2, 2, 3), (3, 4, 4, 3)])
def test_what_is_gone_with_its_pixels_is_refused(tmp_path, before):
    path = tmp_path / "images.npy"
    if before:
        np.save(path, np.zeros(before, np.uint8))
    with pytest.raises(InputError, match="1 file is gone from the data set .the first is a"):
        write_grown(path, KNOWN, found("bc"), "mine")
