import io
import json
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from cbal.data import sources
from cbal.errors import InputError
from tests.conftest import write_class_folders


def png(level, side=4):
    out = io.BytesIO()
    Image.fromarray(np.full((side, side, 3), level, np.uint8)).save(out, "PNG")
    return out.getvalue()


def hub_table(labels, column="img", **metadata):
    images = [{"bytes": png(10 * i % 250), "path": f"{i}.png"} for i in range(len(labels))]
    table = pa.table({column: images, "label": pa.array(labels, pa.int64())})
    return table.replace_schema_metadata({k: json.dumps(v) for k, v in metadata.items()})


def levels(listing, indices):
    return [int(image[0, 0, 0]) for image in listing.read(indices)]


def test_digits_are_all_there():
    listing = sources.digits()
    pixels = np.stack(list(listing.read(range(1797))))
    assert pixels.shape == (1797, 8, 8, 1)
    assert (pixels.min(), pixels.max()) == (0, 255)
    assert np.bincount(listing.label).min() >= 174


def test_folders_are_classes_in_order_and_files_in_natural_order(tmp_path):
    write_class_folders(tmp_path, {"b": 12, "a": 2})
    listing = sources.open_path(tmp_path)
    assert listing.classes == ["a", "b"]
    assert listing.source[:5] == ["a/0.png", "a/1.png", "b/0.png", "b/1.png", "b/2.png"]
    assert listing.source[-1] == "b/11.png"
    assert listing.label.tolist() == [0] * 2 + [1] * 12
    assert listing.split is None


def test_hidden_folders_are_no_classes(tmp_path):
    write_class_folders(tmp_path, {"a": 2, "b": 2, "a/.ipynb_checkpoints": 1, ".thumbs": 1})
    assert sources.open_path(tmp_path).classes == ["a", "b"]


def test_train_and_test_folders_are_the_published_split(tmp_path):
    write_class_folders(tmp_path / "train", {"a": 2, "b": 1})
    write_class_folders(tmp_path / "test", {"a": 1, "b": 1})
    listing = sources.open_path(tmp_path)
    assert listing.classes == ["a", "b"]
    assert dict(zip(listing.source, listing.split))["train/b/0.png"] == "train"
    assert (listing.split == "test").sum() == 2


def test_a_zip_reads_as_the_folder_in_it(tmp_path, image_folder):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for file in sorted(image_folder.rglob("*.png")):
            archive.write(file, f"deep/{file.relative_to(image_folder)}")
    from_zip, from_folder = sources.open_path(tmp_path / "x.zip"), sources.open_path(image_folder)
    assert from_zip.classes == from_folder.classes
    assert from_zip.label.tolist() == from_folder.label.tolist()
    for a, b in zip(from_zip.read([3, 40]), from_folder.read([3, 40]), strict=True):
        assert (a == b).all()


@pytest.mark.parametrize("column", ["img", "image"])
def test_hub_parquet_with_its_split_and_class_names(tmp_path, column):
    pq.write_table(hub_table([1, 0, 1], column, classes=["cat", "dog"]), tmp_path / "train.parquet")
    pq.write_table(hub_table([0], column), tmp_path / "test-00000.parquet")
    listing = sources.open_path(tmp_path)
    assert sorted(listing.split.tolist()) == ["test", "train", "train", "train"]
    train = np.flatnonzero(listing.split == "train")
    assert listing.label[train].tolist() == [1, 0, 1]
    assert levels(listing, train[[0, 2]]) == [0, 20]


def test_class_names_of_the_hub_s_metadata(tmp_path):
    info = {"info": {"features": {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}
    pq.write_table(hub_table([1, 0], huggingface=info), tmp_path / "x.parquet")
    assert sources.open_path(tmp_path / "x.parquet").classes == ["cat", "dog"]


def test_torchvision_s_cifar10(monkeypatch, tmp_path):
    class Fake:
        def __init__(self, root, train):
            assert root == str(tmp_path)
            self.data = np.full((3 if train else 2, 32, 32, 3), 7 if train else 9, np.uint8)
            self.targets = [0, 1, 2] if train else [3, 4]

    monkeypatch.setattr("torchvision.datasets.CIFAR10", Fake)
    listing = sources.torchvision_cifar10(tmp_path)
    assert listing.label.tolist() == [0, 1, 2, 3, 4]
    assert listing.source[3] == "test/0"
    assert levels(listing, [2, 3]) == [7, 9]


def test_images_are_turned_upright():
    image = Image.fromarray(np.array([[[255, 0, 0], [0, 0, 255]]], np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    out = io.BytesIO()
    image.save(out, "PNG", exif=exif)
    assert sources.decode(out.getvalue(), "x").shape == (2, 1, 3)


class TestBadInput:
    def test_a_truncated_image_is_named(self, tmp_path):
        write_class_folders(tmp_path, {"a": 2, "b": 2}, side=32)
        file = tmp_path / "b" / "1.png"
        file.write_bytes(file.read_bytes()[:200])
        with pytest.raises(InputError, match=r"b/1\.png: not a readable image .*take it out"):
            list(sources.open_path(tmp_path).read(range(4)))

    def test_an_empty_class_folder_is_named(self, tmp_path):
        write_class_folders(tmp_path, {"a": 2, "b": 2})
        (tmp_path / "c").mkdir()
        with pytest.raises(InputError, match="class folder c has no image"):
            sources.open_path(tmp_path)

    def test_an_image_in_no_class_folder_is_named(self, tmp_path):
        write_class_folders(tmp_path, {"a": 2})
        (tmp_path / "stray.png").write_bytes(png(0))
        with pytest.raises(InputError, match=r"stray\.png is in no class folder"):
            sources.open_path(tmp_path)

    def test_a_folder_without_images(self, tmp_path):
        with pytest.raises(InputError, match="no image in it"):
            sources.open_path(tmp_path)

    def test_what_is_missing_or_of_no_known_kind(self, tmp_path):
        with pytest.raises(InputError, match="no such file or folder"):
            sources.open_path(tmp_path / "nowhere")
        (tmp_path / "x.txt").write_text("")
        with pytest.raises(InputError, match="neither Parquet"):
            sources.open_path(tmp_path / "x.txt")

    @pytest.mark.parametrize("name", ["x.zip", "x.parquet"])
    def test_a_file_that_is_not_whole_is_named(self, tmp_path, name):
        (tmp_path / name).write_bytes(b"PK nonsense")
        with pytest.raises(InputError, match=f"{name}: not a whole"):
            sources.open_path(tmp_path / name)

    def test_a_damaged_page_is_named(self, tmp_path):
        path = tmp_path / "x.parquet"
        pq.write_table(hub_table([0, 1] * 50), path, compression="none")
        data = path.read_bytes()
        path.write_bytes(data[:4] + b"\xff" * 60 + data[64:])
        with pytest.raises(InputError, match=r"x\.parquet"):
            list(sources.open_path(path).read(range(100)))

    def test_labels_that_are_words_and_images_that_are_no_struct(self, tmp_path):
        table = hub_table([0, 1])
        words = table.set_column(1, "label", pa.array(["cat", "dog"]))
        pq.write_table(words, tmp_path / "x.parquet")
        with pytest.raises(InputError, match="column label is string, not numbers"):
            sources.open_path(tmp_path / "x.parquet")
        pq.write_table(table.set_column(0, "img", pa.array([b"", b""])), tmp_path / "x.parquet")
        with pytest.raises(InputError, match="column img is binary, not a struct"):
            sources.open_path(tmp_path / "x.parquet")

    def test_an_image_that_went_away_is_named(self, tmp_path):
        write_class_folders(tmp_path, {"a": 2, "b": 2})
        listing = sources.open_path(tmp_path)
        (tmp_path / "a" / "1.png").unlink()
        with pytest.raises(InputError, match=r"a/1\.png: cannot be read"):
            list(listing.read([1]))

    def test_parquet_without_labels(self, tmp_path):
        pq.write_table(hub_table([0]).drop_columns("label"), tmp_path / "x.parquet")
        with pytest.raises(InputError, match="needs columns img .or image. and label, has img"):
            sources.open_path(tmp_path / "x.parquet")
