import pytest

from cbal.pool.confusion import read_confusion

GOOD = "right,cat,dog\ndog,0.25,0.75\ncat,1,0\n"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "confusion.csv"


def test_rows_are_right_labels_and_columns_given_ones(file):
    file.write_text("\ufeff" + GOOD + "\n")  # a byte order mark, and an empty line
    expected = {"dog": {"cat": 0.25, "dog": 0.75}, "cat": {"cat": 1, "dog": 0}}
    assert read_confusion(file) == read_confusion(file, ["cat", "dog"]) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        (",cat,dog\ncat,1,0\n", "no row or no column of 'dog'"),
        (",cat,cat\ncat,1,0\ncat,1,0\n", "names a class twice"),
        (",cat,dog\ncat,1,0\ndog,0.3,0.6\n", "row 'dog' sums to 0.9, not to 1"),
        (",cat,dog\ncat,1.5,-0.5\ndog,0,1\n", "row 'cat' has a number that is not from 0 to 1"),
        (",cat,dog\ncat,nan,1\ndog,0,1\n", "row 'cat' has a number that is not from 0 to 1"),
        (",cat,dog\ncat,1\ndog,0,1\n", "row 'cat' has 1 number for 2 classes"),
        (",cat,dog\ncat,1,much\ndog,0,1\n", "row 'cat': could not convert"),
        (",cat,dog\ncat,1,0\ndog,0,1\n", "other classes than the data set: 'bird' is in one"),
        ("\udcff", "is not CSV in UTF-8"),
    ],
)
def test_a_mistake_is_one_line(file, text, words):
    file.write_text(text, errors="surrogateescape")
    with pytest.raises(ValueError, match=words) as caught:
        read_confusion(file, ["bird", "cat", "dog"] if "other classes" in words else None)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(file):
    with pytest.raises(ValueError, match="cannot be read"):
        read_confusion(file)
