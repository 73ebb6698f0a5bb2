import numpy as np
import pyarrow as pa
import pytest

from cbal.data import classes
from cbal.data.classes import Labels, check_split_classes, join
from cbal.errors import InputError

WHOLE = [pa.int8(), pa.int16(), pa.int32(), pa.int64()]
WHOLE += [pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]


def labels(values, names=None, kind=None, where="x"):
    column = pa.chunked_array([pa.array(values, kind)])
    return Labels(where, classes.values_of(where, column), names)


@pytest.mark.parametrize("kind", WHOLE, ids=str)
def test_labels_of_any_integer_type(kind):
    label, names = join([labels([1, 0, 2], kind=kind)])
    assert label.dtype == np.int16
    assert label.tolist() == [1, 0, 2]
    assert names == ["0", "1", "2"]


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())], ids=str
)
def test_labels_that_are_text(kind):
    label, names = join([labels(["10", "2", "a"], kind=kind), labels(["2"], kind=kind)])
    assert names == ["2", "10", "a"]
    assert label.tolist() == [1, 0, 2, 0]


def test_class_names_in_another_order_are_joined():
    label, names = join([labels([0, 1], ["cat", "dog"]), labels([0, 1], ["dog", "cat"])])
    assert names == ["cat", "dog"]
    assert label.tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([([0, 1, 3], None)], "3 different numbers from 0 to 3; without class names"),
        ([([1, 2], None)], "from 1 to 2"),
        ([([0, -1], None)], "from -1 to 0"),
        ([([0, 10**9], None)], "from 0 to 1000000000"),
        ([([0, 2], ["a", "b"])], "row 1: label 2 is outside the 2 classes"),
        ([([0, -1], ["a", "b"])], "row 1: label -1 is outside"),
        ([([0, 1], ["a", "a"])], "a class name is there twice"),
        ([([0, None], None)], "row 1 has no label"),
        ([(["a", None], None)], "row 1 has no label"),
        ([(["a", " "], None)], "row 1 has no label"),
        ([([0.0, 1.0], None)], "the labels are double; make them whole numbers or text"),
        ([([True, False], None)], "the labels are bool"),
        ([([[0], [1]], None)], "the labels are list"),
        ([([0, 1], ["a", "b"]), ([0, 1], None)], "numbers without class names, those of"),
        ([([0, 1], None), (["a", "b"], None)], "are text, those of"),
        ([([str(i) for i in range(32768)], None)], "32768 classes, but 32767 at most"),
    ],
)
def test_labels_that_are_no_classes_end_in_a_line(files, words):
    with pytest.raises(InputError, match=words) as caught:
        join([labels(*file, where=f"file {i}") for i, file in enumerate(files)])
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("file ")


def test_a_number_beyond_all_integers_ends_in_a_line():
    with pytest.raises(
        InputError, match="row 1: 18446744073709551615 is too large for a class number"
    ):
        labels([0, 2**64 - 1], kind=pa.uint64())


class TestClassesOfSplits:
    names = ("cat", "Cat ", "dog", "emu")

    def said(self, train, test, validation=()):
        label = np.array([*train, *test, *validation], np.int16)
        at = np.cumsum([len(train), len(test)])
        parts = dict(zip(("train", "test", "validation"), np.split(np.arange(len(label)), at)))
        return check_split_classes(label, self.names, parts)

    def test_all_learned(self):
        assert self.said([0, 2, 3], [0], [3]) == []

    def test_a_class_that_nobody_can_learn_is_named(self):
        assert self.said([0, 2], [0], [3]) == [
            "class emu of the validation split has no training image"
        ]

    def test_a_class_written_in_two_ways(self):
        with pytest.raises(InputError, match="class 'Cat ' of the test split is written 'cat'"):
            self.said([0, 2], [1, 2])

    @pytest.mark.parametrize("other", ["cat ", " cat", "c\u0061t\u00a0", "cat\n"])
    def test_classes_that_differ_in_blanks_alone(self, other):
        label, nothing = np.array([0, 1], np.int16), np.array([], np.int64)
        parts = {"train": np.arange(2), "test": nothing, "validation": nothing}
        with pytest.raises(InputError, match="differ in blanks or in their Unicode form") as error:
            check_split_classes(label, ["cat", other], parts)
        assert "\n" not in str(error.value)

    def test_capital_letters_may_be_classes_beside_small_ones(self):
        label, nothing = np.array([0, 1], np.int16), np.array([], np.int64)
        parts = {"train": np.arange(2), "test": nothing, "validation": nothing}
        assert check_split_classes(label, ["a", "A"], parts) == []

    def test_one_class_to_learn(self):
        with pytest.raises(InputError, match="of one class only"):
            self.said([0, 0], [0, 2])
