"""A published split, from the source to training and test."""

import numpy as np
import pytest

import carve_validation
import count_images
import init_pool
import prepare_data
import prepare_unlabeled
from cbal.data.public import digits
from cbal.storage.files import metadata_of, read_table
from tests.conftest import write_class_folders
from tests.unit.data.shards import write_shards

KEYS = ["--dataset", "tiny"]


def prepare(path, out, *extra):
    """Prepare a data set; return its index."""
    files = [w for n in ("index", "truth") for w in (f"--{n}", f"{out}/{n}.parquet")]
    prepare_data.main(
        [*KEYS, "--source", "folder", "--path", str(path), *files, *extra]
        + ["--images", f"{out}/images.npy"]
    )
    return read_table(out / "index.parquet")


@pytest.fixture
def split_folder(tmp_path):
    """Folders of 8 training, 6 validation and 4 test images of two classes."""
    sizes = {"Training": 4, "val": 3, "test": 2}
    classes = {f"{s}/{c}": n for s, n in sizes.items() for c in ("a", "b")}
    return write_class_folders(tmp_path / "images", classes)


def test_all_three_splits_are_kept_and_told(split_folder, tmp_path, capsys):
    index = prepare(split_folder, tmp_path, "--subset", "6")
    assert index["split"].to_pylist() == ["train"] * 6 + ["test"] * 4 + ["validation"] * 6
    folder = {"train": "Training", "test": "test", "validation": "val"}
    for row in index.to_pylist():
        assert row["source"].startswith(folder[row["split"]])
    for table in (index, read_table(tmp_path / "truth.parquet")):
        assert metadata_of(table)["published_splits"] == ["train", "test", "validation"]
        assert metadata_of(table)["images"] == {"train": 6, "test": 4, "validation": 6}
    said = "published split: train, test, validation; images: 6 train, 4 test, 6 validation"
    assert said in capsys.readouterr().err
    assert len(np.load(tmp_path / "images.npy")) == 16


def test_only_training_images_are_in_the_pool(split_folder, tmp_path):
    prepare(split_folder, tmp_path)
    init_pool.main(
        [*KEYS, "--scenario", "s", "--seed", "0", "--interactions", "8"]
        + ["--index", f"{tmp_path}/index.parquet", "--out", f"{tmp_path}/pool.parquet"]
    )
    assert read_table(tmp_path / "pool.parquet")["sample_id"].to_pylist() == list(range(8))


def test_a_calibration_is_measured_on_the_published_validation(split_folder, tmp_path, capsys):
    index = prepare(split_folder, tmp_path)
    carve_validation.main(
        [*KEYS, "--index", f"{tmp_path}/index.parquet", "--truth", f"{tmp_path}/truth.parquet"]
        + ["--fraction", "0.5", "--out", f"{tmp_path}/carved.parquet"]
    )
    carved = read_table(tmp_path / "carved.parquet").to_pylist()
    wanted = index.select(["sample_id", "split"]).to_pylist()
    assert carved == [row for row in wanted if row["split"] != "test"]
    assert "own validation split is held out: 6 images" in capsys.readouterr().err


def test_test_images_are_drawn_where_only_a_validation_is_published(tmp_path, capsys):
    files = {"train-0.parquet": [0, 1] * 10, "validation-0.parquet": [0, 1] * 3}
    index = prepare(write_shards(tmp_path / "x", files), tmp_path)
    assert index["split"].to_pylist() == ["train"] * 16 + ["test"] * 4 + ["validation"] * 6
    drawn = [row["source"] for row in index.to_pylist() if row["split"] == "test"]
    assert all(source.startswith("train-0") for source in drawn)
    assert "train, validation, and test images are drawn from train" in capsys.readouterr().err


def test_a_class_without_training_images_is_told(tmp_path, capsys):
    files = {"train/a": 2, "train/b": 2, "test/a": 1, "test/c": 1}
    prepare(write_class_folders(tmp_path / "x", files), tmp_path)
    assert "class c of the test split has no training image" in capsys.readouterr().err


def unlabeled(tmp_path, *source):
    files = [w for n in ("index", "query", "images") for w in (f"--{n}", f"{tmp_path}/{n}.x")]
    prepare_unlabeled.main([*KEYS, *source, "--side", "8", *files])
    return read_table(tmp_path / "index.x")


def test_a_person_labels_all_folders_and_is_told_so(split_folder, tmp_path, capsys):
    index = unlabeled(tmp_path, "--source", "folder", "--path", str(split_folder))
    assert index["split"].to_pylist() == ["train"] * 18
    assert metadata_of(index)["published_splits"] == []
    assert metadata_of(index)["images"] == {"train": 18, "test": 0}
    said = "the names of folders (Training, test, val) are not used as classes or splits"
    assert said in capsys.readouterr().err


def test_a_person_is_told_that_known_labels_are_not_used(tmp_path, capsys):
    assert len(unlabeled(tmp_path, "--source", "digits")) == len(digits().source)
    assert "the source's labels are not used" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "n"),
    [
        ([], 8),
        (["--annotator", "human"], 18),
        (["--test-fraction", "0.5"], 8),  # the test split is published
    ],
)
def test_the_pool_is_counted_without_decoding(split_folder, capsys, words, n):
    for file in split_folder.rglob("*.png"):
        file.write_bytes(b"no image")
    count_images.main(["--source", "folder", "--path", str(split_folder), *words])
    assert capsys.readouterr().out == f"{n}\n"


def test_the_count_is_what_is_prepared(image_folder, tmp_path, capsys):
    index = prepare(image_folder, tmp_path, "--test-fraction", "0.31")
    count_images.main(
        ["--source", "folder", "--path", str(image_folder), "--test-fraction", "0.31"]
    )
    assert int(capsys.readouterr().out) == index["split"].to_pylist().count("train")
