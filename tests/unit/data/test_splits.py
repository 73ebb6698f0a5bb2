import numpy as np
import pytest

from cbal.data import splits


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train", "train"),
        ("Train_Set", "train"),
        ("TRAINING", "train"),
        ("trainingset", "train"),
        ("val", "validation"),
        ("Dev", "validation"),
        ("validation data", "validation"),
        ("test2012", "test"),
        ("testing", "test"),
        ("trainer", None),
        ("train station", None),
        ("valley", None),
        ("development", None),
        ("eval", None),
        ("", None),
        ("2020", None),
    ],
)
def test_names_of_splits(name, split):
    assert splits.split_named(name) == split


def test_all_images_are_for_training_without_a_split():
    parts = splits.parts_of(None, 3)
    assert {kind: part.tolist() for kind, part in parts.items()} == {
        "train": [0, 1, 2],
        "test": [],
        "validation": [],
    }
    assert list(parts) == ["train", "test", "validation"]


def test_what_the_log_says():
    sizes = {"train": 8, "test": 2, "validation": 0}
    assert splits.described([], sizes) == (
        "no published split: the test images are drawn; images: 8 train, 2 test"
    )
    split = np.array(["train", "validation", "train"])
    assert splits.published(split) == ["train", "validation"]
    said = splits.described(splits.published(split), sizes)
    assert "train, validation, and test images are drawn from train" in said


def test_what_is_not_used_of_a_person_s_source():
    assert splits.unused_folders(["a.png"]) is None
    assert "train, val" in splits.unused_folders(["train/cat/a.png", "val/b.png"])
    assert "published split (train, test)" in splits.unused_labels(["train", "test"])
