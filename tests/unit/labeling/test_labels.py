"""What people take away."""

import csv

import numpy as np
import pytest

from cbal.errors import InputError
from cbal.labeling.labels import labels_table, without_label, write_csv
from cbal.labeling.links import folder_name, link_classes
from cbal.pool import CLUSTER, INDIVIDUAL, PSEUDO, initial

FILES = ["a.png", "b/c.png", "d.png", "e.png", "f.png"]
CLASSES = ["cat", "dog/wolf"]


@pytest.fixture
def pool():
    """Three training samples: by hand in round 1, by cluster in round 2, none."""
    pool = initial(np.arange(3))
    pool.kind[:2] = INDIVIDUAL, CLUSTER
    pool.label[:2] = 1, 0
    pool.labeled_round[:2] = 1, 2
    object.__setattr__(pool, "round", 2)
    return pool


@pytest.fixture
def table(pool):
    known = np.array([-1, -1, -1, 0, -1], np.int16)  # one validation image was refused
    rest = without_label(pool, known.copy())
    assert rest.tolist() == [1, 2, 4]
    probability = np.array([[0.9, 0.1], [0.25, 0.75], [0.6, 0.4]], np.float32)
    return labels_table(FILES, CLASSES, pool, known, rest, probability)


def test_every_file_has_its_label_and_where_it_is_from(table):
    rows = [tuple(row.values())[1:] for row in table.to_pylist()]
    assert rows == [
        ("a.png", "dog/wolf", "individual", None, 1),
        ("b/c.png", "cat", "cluster", pytest.approx(0.9), 2),
        ("d.png", "dog/wolf", "model", 0.75, 2),
        ("e.png", "cat", "individual", None, 0),
        ("f.png", "cat", "model", pytest.approx(0.6), 2),
    ]


def test_without_a_model_the_rest_stays_empty(pool):
    known = np.full(5, -1, np.int16)
    table = labels_table(FILES, CLASSES, pool, known, without_label(pool, known.copy()), None)
    assert table["label"].to_pylist() == ["dog/wolf", "cat", None, None, None]
    assert table["kind"].to_pylist() == ["individual", "cluster", None, None, None]
    assert table["confidence"].null_count == 5


def test_a_pseudo_label_gives_way_to_the_last_model(pool):
    pool.kind[2], pool.label[2], pool.labeled_round[2] = PSEUDO, 0, 1
    known = np.full(5, -1, np.int16)
    rest = without_label(pool, known.copy())
    probability = np.array([[0.5, 0.5], [0.25, 0.75], [1, 0], [1, 0]], np.float32)
    row = labels_table(FILES, CLASSES, pool, known, rest, probability).to_pylist()[2]
    assert (row["label"], row["kind"], row["confidence"], row["round"]) == (
        "dog/wolf",
        "model",
        0.75,
        2,
    )


def test_csv(table, tmp_path):
    write_csv(tmp_path / "labels.csv", table)
    with (tmp_path / "labels.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["file", "label", "kind", "confidence", "round"]
    assert rows[1] == ["a.png", "dog/wolf", "individual", "", "1"]
    assert rows[2] == ["b/c.png", "cat", "cluster", "0.9000", "2"]


def test_links_lead_to_the_files(table, tmp_path):
    (tmp_path / "images/b").mkdir(parents=True)
    for name in FILES:
        (tmp_path / "images" / name).write_text(name)
    for _ in range(2):
        assert link_classes(tmp_path / "out", table, tmp_path / "images") == 5
    links = {p.relative_to(tmp_path / "out"): p.read_text() for p in tmp_path.rglob("out/**/*.png")}
    assert {str(link): text for link, text in links.items()} == {
        "cat/b/c.png": "b/c.png",
        "cat/e.png": "e.png",
        "cat/f.png": "f.png",
        "dog_wolf/a.png": "a.png",
        "dog_wolf/d.png": "d.png",
    }


@pytest.mark.parametrize(
    ("name", "folder"), [("..", "_."), ("a/../b", "a_.._b"), (".x", "_x"), ("héron", "héron")]
)
def test_a_class_is_one_folder(name, folder):
    assert folder_name(name) == folder


def test_two_classes_that_would_be_one_folder_are_told(table, tmp_path):
    labels = ["a/b", "a_b", None, None, None]
    table = table.set_column(2, "label", [labels])
    with pytest.raises(InputError, match="two classes differ only"):
        link_classes(tmp_path / "out", table, tmp_path)
