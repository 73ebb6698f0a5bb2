"""The take-away labels in the layouts of other programs, read back by the libraries installed."""

import json
from xml.etree import ElementTree

import pyarrow as pa
import pytest
from PIL import Image

from cbal.labeling.class_folders import link_classes
from cbal.labeling.exports import write_image_folder, write_interface, write_tasks
from cbal.labeling.labels import LABELS

CLASSES = ["cat", 'dog "x" & <y>']
ROWS = [
    ("train/a b.png", "cat", "individual", None, 1),
    ("test/é.JPG", CLASSES[1], "cluster", 0.75, 2),
    ("test_1.png", "cat", "model", 0.5, 2),
    ("refused.png", None, "refused", None, 1),
    ("gone.png", "cat", "individual", None, 1),
]


@pytest.fixture
def originals(tmp_path):
    """The files of all rows but the last, each of its own size."""
    for i, (file, *_) in enumerate(ROWS[:-1]):
        path = tmp_path / "originals" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (10 + i, 8)).save(path)
    return tmp_path / "originals"


@pytest.fixture
def table():
    columns = zip(*((i, *row) for i, row in enumerate(ROWS)))
    return pa.table(dict(zip(LABELS.names, map(list, columns))), schema=LABELS)


def test_tasks_by_hand(table, originals, tmp_path):
    assert write_tasks(tmp_path / "tasks.json", table, originals) == 4
    tasks = json.loads((tmp_path / "tasks.json").read_text())
    choice = {"from_name": "label", "to_name": "image", "type": "choices"}
    assert tasks[0] == {
        "data": {
            "image": "/data/local-files/?d=train/a%20b.png",
            "file": "train/a b.png",
            "kind": "individual",
        },
        "annotations": [{"result": [choice | {"value": {"choices": ["cat"]}}]}],
    }
    assert tasks[1]["data"]["image"] == "/data/local-files/?d=test/%C3%A9.JPG"
    assert tasks[2]["predictions"][0]["score"] == 0.5
    assert "annotations" not in tasks[2]
    assert set(tasks[3]) == {"data"}


def test_who_labeled_is_in_both_where_it_is_known(table, originals, tmp_path):
    assert write_image_folder(tmp_path / "out", table, originals) == 3
    assert "annotator" not in (tmp_path / "out/metadata.csv").read_text()
    named = table.append_column("annotator", pa.array(["Ann", None, None, "Ben", None]))
    assert write_image_folder(tmp_path / "out", named, originals) == 3
    head, first, second, _ = (tmp_path / "out/metadata.csv").read_text().splitlines()
    assert head.endswith(",original_file,annotator")
    assert first.endswith(",train/a b.png,Ann") and second.endswith(",test/é.JPG,")
    write_tasks(tmp_path / "tasks.json", named, originals)
    tasks = json.loads((tmp_path / "tasks.json").read_text())
    said = [task["data"].get("annotator") for task in tasks]
    assert said == ["Ann", None, None, "Ben"]


def test_the_interface_names_what_the_tasks_name(table, tmp_path):
    write_interface(tmp_path / "interface.xml", CLASSES)
    view = ElementTree.parse(tmp_path / "interface.xml").getroot()
    assert [each.get("value") for each in view.iter("Choice")] == CLASSES
    assert view.find("Image").attrib == {"name": "image", "value": "$image"}
    assert view.find("Choices").attrib == {"name": "label", "toName": "image"}


def test_hugging_face_reads_the_image_folder(table, originals, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="the library `datasets` is not installed")
    for _ in range(2):  # again over what is there
        assert write_image_folder(tmp_path / "out", table, originals) == 3
    read = datasets.load_dataset(
        "imagefolder", data_dir=str(tmp_path / "out"), cache_dir=str(tmp_path / "cache")
    )
    assert list(read) == ["train"]  # no name of a file or a folder makes a split
    rows = {row["original_file"]: row for row in read["train"]}
    assert {file: (row["label"], row["kind"], row["confidence"]) for file, row in rows.items()} == {
        file: (label, kind, confidence) for file, label, kind, confidence, _ in ROWS[:3]
    }
    sizes = [rows[file]["image"].width for file, *_ in ROWS[:3]]
    assert sizes == [10, 11, 12]


def test_torchvision_reads_the_class_folders(table, originals, tmp_path):
    from torchvision.datasets import ImageFolder

    link_classes(tmp_path / "out", table, originals)
    read = ImageFolder(tmp_path / "out")
    assert len(read.classes) == 2
    assert sorted((image.width, read.classes[label] == "cat") for image, label in read) == [
        (10, True),
        (11, False),
        (12, True),
    ]
