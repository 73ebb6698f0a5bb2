"""Names of classes."""

import pytest

from cbal.labeling.class_names import check_names, folder_key, folder_name, number_of, tidy
from cbal.labeling.journal import Journal

PERSIAN = "می\u200cخواهم"
FAMILY = "👨\u200d👩\u200d👧"
VISIBLE = [
    "cat",
    "héron",
    "猫",
    "कुत्ता",
    "क\u094d\u200dष",
    PERSIAN,
    FAMILY,
    "❤\ufe0f",
    "٠\u0600",
    "a b",
]


@pytest.mark.parametrize("name", VISIBLE)
def test_any_visible_script_is_a_name(name, tmp_path):
    assert tidy(name) == name
    journal = Journal(tmp_path / "journal.sqlite")
    assert [journal.add_class(name), journal.add_class(name)] == [0, 0]
    assert journal.classes() == [name]
    journal.close()


@pytest.mark.parametrize(
    "name",
    ["", " ", "\t", "\x00", "a\x07", "\u200b", "cat\u200b", "\ufeffcat", "a\u202eb", "\u200d"]
    + ["\u200c \u200d", "x" * 81, "\ud800", "\u00ad", "\ue000"],
)
def test_what_cannot_be_seen_is_no_name(name):
    with pytest.raises(ValueError, match="visible characters"):
        tidy(name)


def test_a_name_that_no_folder_can_have_is_told_with_its_length():
    with pytest.raises(ValueError, match="takes 320 bytes as the name of a folder"):
        tidy("𝒳" * 80)
    assert tidy("𝒳" * 63)


@pytest.mark.parametrize(
    ("one", "other"),
    [("cat", "Cat"), ("a/b", "a:b"), ("Straße", "STRASSE"), (".x", "_x"), ("a.", "A")]
    + [(PERSIAN, PERSIAN.replace("\u200c", "")), ("İ", "i̇"), ("con", "_con")],
)
def test_two_names_of_one_folder_are_told_when_the_second_is_given(one, other, tmp_path):
    assert folder_key(one) == folder_key(other)
    with pytest.raises(ValueError, match="would be one folder on some file systems"):
        check_names([one, other])
    journal = Journal(tmp_path / "journal.sqlite")
    journal.add_class(one)
    with pytest.raises(ValueError, match="would be one folder"):
        journal.add_class(other)
    assert journal.classes() == [one]
    journal.close()


def test_forms_of_composition_are_one_class():
    assert tidy("he\u0301ron") == "h\u00e9ron"
    assert number_of("h\u00e9ron", ["he\u0301ron"]) == 0  # of an older journal
    with pytest.raises(ValueError, match="there twice"):
        check_names(["h\u00e9ron", "he\u0301ron"])


def test_a_class_that_is_there_stays_whatever_it_collides_with():
    assert [number_of(name, ["cat", "Cat"]) for name in ("cat", "Cat", "dog")] == [0, 1, None]


@pytest.mark.parametrize(
    ("name", "folder"),
    [("..", "_."), ("a/../b", "a_.._b"), (".x", "_x"), ("héron", "héron")]
    + [("NUL", "_NUL"), ("con.x", "_con.x"), (PERSIAN, PERSIAN)],
)
def test_a_class_is_one_folder(name, folder):
    assert folder_name(name) == folder
