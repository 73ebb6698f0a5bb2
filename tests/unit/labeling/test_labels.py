"""The take-away labels."""

import csv

import numpy as np
import pytest

from cbal.errors import InputError
from cbal.labeling.class_folders import link_classes, vanished
from cbal.labeling.given import REFUSED, Given
from cbal.labeling.labels import cell, labels_table, to_predict, write_csv
from cbal.pool.state import CLUSTER, INDIVIDUAL, NONE

FILES = ["a.png", "b/c.png", "d.png", "e.png", "f.png", "g.png"]
CLASSES = ["cat", "dog/wolf"]


@pytest.fixture
def given():
    """By hand in round 1, by cluster in round 2, nothing, the validation, nothing, refused."""
    return Given(
        np.array([1, 0, -1, 0, -1, -1], np.int16),
        np.array([INDIVIDUAL, CLUSTER, NONE, INDIVIDUAL, NONE, REFUSED], np.int8),
        np.array([1, 2, -1, 0, -1, 1], np.int16),
        by=np.array([1, 0, 0, 2, 0, 1], np.int32),
        names=["", "=Ann", "Ben"],
    )


PROBABILITY = np.array([[0.9, 0.1], [0.25, 0.75], [0.6, 0.4]], np.float32)


@pytest.fixture
def table(given):
    rest = to_predict(given)
    assert rest.tolist() == [1, 2, 4]
    return labels_table(FILES, CLASSES, given, 2, rest, PROBABILITY)


def test_every_file_has_its_label_and_where_it_is_from(table):
    rows = [tuple(row.values())[1:] for row in table.to_pylist()]
    assert rows == [
        ("a.png", "dog/wolf", "individual", None, 1, "=Ann"),
        ("b/c.png", "cat", "cluster", pytest.approx(0.9), 2, None),
        ("d.png", "dog/wolf", "model", 0.75, 2, None),
        ("e.png", "cat", "individual", None, 0, "Ben"),
        ("f.png", "cat", "model", pytest.approx(0.6), 2, None),
        ("g.png", None, "refused", None, 1, "=Ann"),
    ]


def test_without_a_model_the_rest_stays_empty(given):
    table = labels_table(FILES, CLASSES, given, 2, to_predict(given), None)
    assert table["label"].to_pylist() == ["dog/wolf", "cat", None, "cat", None, None]
    assert table["kind"].to_pylist()[2:5] == [None, "individual", None]
    assert table["confidence"].null_count == 6


def test_the_model_does_not_say_what_a_person_denied(given):
    given.denied = {2: {1}, 4: {0, 1}, 1: {1}}
    rows = labels_table(FILES, CLASSES, given, 2, to_predict(given), PROBABILITY).to_pylist()
    assert (rows[2]["label"], rows[2]["kind"], rows[2]["confidence"]) == ("cat", "model", 0.25)
    assert (rows[4]["label"], rows[4]["kind"], rows[4]["confidence"]) == (None, None, None)
    assert (rows[1]["label"], rows[1]["kind"]) == ("cat", "cluster")


def test_a_class_that_the_model_has_not_seen_keeps_its_label(given):
    given.label[1] = 1
    one = np.ones((3, 1), np.float32)
    row = labels_table(FILES, CLASSES, given, 2, to_predict(given), one).to_pylist()[1]
    assert (row["label"], row["kind"], row["confidence"]) == ("dog/wolf", "cluster", None)


def test_the_model_says_no_class_that_is_gone(given):
    rest = to_predict(given)
    three = np.array([[0.1, 0.2, 0.7], [0.2, 0.6, 0.2], [0.1, 0.3, 0.6]], np.float32)
    names = ["cat", "dog/wolf", "fox (merged into cat)"]
    rows = labels_table(FILES, names, given, 2, rest, three, {2: 0}).to_pylist()
    assert [rows[i]["label"] for i in (2, 4)] == ["dog/wolf", "cat"]
    assert rows[4]["confidence"] == pytest.approx(0.7)
    deleted = labels_table(FILES, names, given, 2, rest, three, {2: None}).to_pylist()
    assert [deleted[i]["label"] for i in (2, 4)] == ["dog/wolf", "dog/wolf"]
    later = labels_table(FILES, [*names, "pet"], given, 2, rest, three, {2: None, 1: 3}).to_pylist()
    assert [later[i]["label"] for i in (2, 4)] == ["pet", "pet"]  # which the model does not know


def test_csv(table, tmp_path):
    write_csv(tmp_path / "labels.csv", table)
    with (tmp_path / "labels.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["file", "label", "kind", "confidence", "round", "annotator"]
    assert rows[1] == ["a.png", "dog/wolf", "individual", "", "1", "'=Ann"]
    assert rows[2] == ["b/c.png", "cat", "cluster", "0.9000", "2", ""]


def test_links_lead_to_the_files(table, tmp_path):
    (tmp_path / "images/b").mkdir(parents=True)
    for name in FILES:
        (tmp_path / "images" / name).write_text(name)
    (tmp_path / "images/e.png").unlink()
    assert vanished(table, tmp_path / "images") == ["e.png"]
    for _ in range(2):
        assert link_classes(tmp_path / "out", table, tmp_path / "images") == 4
    links = {p.relative_to(tmp_path / "out"): p.read_text() for p in tmp_path.rglob("out/**/*.png")}
    assert {str(link): text for link, text in links.items()} == {
        "cat/b/c.png": "b/c.png",
        "cat/f.png": "f.png",
        "dog_wolf/a.png": "a.png",
        "dog_wolf/d.png": "d.png",
    }


@pytest.mark.parametrize(
    "name",
    ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", " =1", "＝1", "'quoted", "''"],
)
def test_no_name_is_a_formula_and_each_can_be_read_again(given, tmp_path, name):
    assert cell(name) == f"'{name}"
    files = [name, "a;=1+1.png", *FILES[2:]]
    table = labels_table(files, [name, "dog"], given, 2, to_predict(given), PROBABILITY)
    write_csv(tmp_path / "labels.csv", table)
    with (tmp_path / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    read = [[row[key].removeprefix("'") for key in ("file", "label")] for row in rows]
    assert read[0] == [name, "dog"]
    assert read[1] == ["a;=1+1.png", name]
    assert '"a;=1+1.png",' in (tmp_path / "labels.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["a=1", "a-b.png", "", "héron", "1"])
def test_other_names_are_written_as_they_are(name):
    assert cell(name) == name


def test_two_classes_that_would_be_one_folder_are_told(table, tmp_path):
    (tmp_path / "a.png").touch()
    labels = ["a/b", "a_b", None, None, None, None]
    table = table.set_column(2, "label", [labels])
    with pytest.raises(InputError, match="two classes differ only"):
        link_classes(tmp_path / "out", table, tmp_path)
