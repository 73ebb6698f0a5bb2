import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cbal.data import sources
from cbal.errors import InputError
from tests.unit.data.shards import hub_table, png, write_shards


def levels(listing, indices):
    return [int(image[0, 0, 0]) for image in listing.read(indices)]


@pytest.mark.parametrize("column", ["img", "image"])
def test_hub_parquet_with_its_split_and_class_names(tmp_path, column):
    pq.write_table(hub_table([1, 0, 1], column, classes=["cat", "dog"]), tmp_path / "train.parquet")
    pq.write_table(hub_table([0], column, classes=["cat", "dog"]), tmp_path / "test-00000.parquet")
    listing = sources.open_path(tmp_path)
    assert sorted(listing.split.tolist()) == ["test", "train", "train", "train"]
    train = np.flatnonzero(listing.split == "train")
    assert listing.label[train].tolist() == [1, 0, 1]
    assert levels(listing, train[[0, 2]]) == [0, 20]


def test_class_names_of_the_hub_s_metadata(tmp_path):
    info = {"info": {"features": {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}
    pq.write_table(hub_table([1, 0], huggingface=info), tmp_path / "x.parquet")
    assert sources.open_path(tmp_path / "x.parquet").classes == ["cat", "dog"]


LAYOUTS = {
    "shards": [
        "{train}-00000-of-00002",
        "{train}-00001-of-00002",
        "{validation}-00000",
        "{test}-0",
    ],
    "shards in data": ["data/{train}-0-of-1-a1b2", "data/{validation}-0", "data/{test}-0"],
    "folders": ["{train}/0000", "{train}/0001", "{validation}/0000", "{test}/0000"],
    "a configuration": [
        "plain_text/{train}/0000",
        "plain_text/{validation}/0",
        "plain_text/{test}/0",
    ],
    "its shards": ["default/{train}-0", "default/{validation}-0", "default/{test}-0"],
    "named after the data": ["cifar10-{train}", "cifar10_{validation}", "cifar10-{test}"],
}


@pytest.mark.parametrize("spelling", [("train", "validation", "test"), ("Training", "VAL", "Test")])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_published_split_of_parquet_files(tmp_path, layout, spelling):
    words = dict(zip(("train", "validation", "test"), spelling))
    files = {f"{name.format(**words)}.parquet": [0, 1] for name in LAYOUTS[layout]}
    listing = sources.open_path(write_shards(tmp_path, files))
    for source, split in zip(listing.source, listing.split, strict=True):
        assert words[split] in source
    assert set(listing.split) == {"train", "validation", "test"}
    assert len(set(listing.source)) == len(listing.source) == 2 * len(files)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["train-0", "test-0", "extra-0"], "extra-0.parquet is not named after a split"),
        (["train-0", "unlabeled-0", "test-0"], "unlabeled-0 looks like a split, but not"),
        (["trainval-0", "test-0"], "trainval-0 looks like a split, but not"),
        (["train_test-0"], "train_test-0 looks like a split, but not"),
        (["test/train-0"], "test/train-0.parquet is named after several splits"),
        (["test-0", "validation-0"], "but no training split"),
        (["de/train-0", "en/train-0"], r"several configurations \(de, en\); set `path:` to one"),
        (["a/0", "b/0"], "several configurations"),
        (["train-0", "old/train-0"], r"several configurations \(old, \.\)"),
    ],
)
def test_a_layout_that_is_not_understood_is_refused(tmp_path, names, words):
    write_shards(tmp_path, {f"{name}.parquet": [0, 1] for name in names})
    with pytest.raises(InputError, match=words) as caught:
        sources.open_path(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["train-0-of-2"], "1 files are named like train-0-of-2; have each of the 2 once"),
        (
            ["train-00000-of-00001", "train-00000-of-00001-a1b2"],
            "2 files are named like train-0-of-1",
        ),
        (["data/train-1-of-2", "data/train-0-of-1"], "2 files are named like data/train-1-of-2"),
        (["train-0-of-1", "test-1-of-2"], "1 files are named like test-1-of-2"),
    ],
)
def test_shards_that_are_missing_or_there_twice_are_refused(tmp_path, names, words):
    write_shards(tmp_path, {f"{name}.parquet": [0, 1] for name in names})
    with pytest.raises(InputError, match=words):
        sources.open_path(tmp_path)


@pytest.mark.parametrize("names", [["0000", "0001"], ["data/part-0", "data/part-1"]])
def test_shards_without_a_split(tmp_path, names):
    write_shards(tmp_path, {f"{name}.parquet": [0, 1] for name in names})
    assert sources.open_path(tmp_path).split is None


def with_column(path, split, labels=(0, 1, 0, 1)):
    table = hub_table(list(labels)).append_column("split", pa.array(split))
    pq.write_table(table, path)


def test_a_column_may_tell_the_split(tmp_path):
    with_column(tmp_path / "x.parquet", ["Train", "Train", "val", "test"])
    for path in (tmp_path / "x.parquet", tmp_path):
        split = sources.open_path(path).split
        assert split.tolist() == ["train", "train", "validation", "test"]


@pytest.mark.parametrize(
    ("name", "split", "words"),
    [
        ("x", ["train", "test", "fold 3", "test"], "'fold 3' in the column `split` is none of"),
        ("x", ["train", "test", None, "test"], "None in the column `split` is none of"),
        ("x", ["train", "test", "Test", "test"], "test, Test are all named after the test split"),
        ("x", ["val", "test", "test", "test"], "no training split"),
        ("train", ["train"] * 4, "but others do not, or files"),
    ],
)
def test_a_column_of_splits_that_is_not_clear(tmp_path, name, split, words):
    with_column(tmp_path / f"{name}.parquet", split)
    with pytest.raises(InputError, match=words):
        sources.open_path(tmp_path)


def test_hidden_files_are_no_shards(tmp_path):
    write_shards(tmp_path, {"train.parquet": [0, 1]})
    (tmp_path / "._train.parquet").write_bytes(b"of a Mac")
    assert len(sources.open_path(tmp_path).source) == 2


def test_shards_are_joined_by_class_name(tmp_path):
    write_shards(tmp_path, {"train-0.parquet": [0, 1, 1]}, classes=["cat", "dog"])
    write_shards(tmp_path, {"train-1.parquet": [0, 1, 2]}, classes=["dog", "cat", "emu"])
    listing = sources.open_path(tmp_path)
    assert [listing.classes[i] for i in listing.label] == ["cat", "dog", "dog", "dog", "cat", "emu"]


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary()])
def test_plain_bytes_are_images(tmp_path, kind):
    images = pa.array([png(30), png(60)], kind)
    table = hub_table([0, 1]).set_column(0, "image", images)
    pq.write_table(table, tmp_path / "x.parquet")
    assert levels(sources.open_path(tmp_path / "x.parquet"), [0, 1]) == [30, 60]


class TestBadInput:
    def test_a_damaged_page_is_named(self, tmp_path):
        path = tmp_path / "x.parquet"
        pq.write_table(hub_table([0, 1] * 50), path, compression="none")
        data = path.read_bytes()
        path.write_bytes(data[:4] + b"\xff" * 60 + data[64:])
        with pytest.raises(InputError, match=r"x\.parquet"):
            list(sources.open_path(path).read(range(100)))

    @pytest.mark.parametrize(
        ("images", "words"),
        [
            (pa.array(["a.png", "b.png"]), "column img holds paths, not images .*store the bytes"),
            (pa.array([{"path": "a.png"}] * 2), "column img holds paths, not images"),
            (pa.array([[b"x"], [b"y"]]), "column img holds no encoded images"),
        ],
    )
    def test_columns_that_hold_no_image(self, tmp_path, images, words):
        table = hub_table([0, 1]).set_column(0, "img", images)
        pq.write_table(table, tmp_path / "x.parquet")
        with pytest.raises(InputError, match=words):
            sources.open_path(tmp_path / "x.parquet")

    @pytest.mark.parametrize("kind", [pa.binary(), pa.struct({"bytes": pa.binary()})])
    def test_rows_without_bytes_are_named(self, tmp_path, kind):
        table = hub_table([0, 1]).set_column(0, "img", pa.nulls(2, kind))
        pq.write_table(table, tmp_path / "x.parquet")
        with pytest.raises(InputError, match=r"x\.parquet, image 0: no bytes in it"):
            list(sources.open_path(tmp_path / "x.parquet").read([0]))

    @pytest.mark.parametrize("metadata", [{"classes": 3}, {"huggingface": [1]}])
    def test_class_names_that_are_none(self, tmp_path, metadata):
        pq.write_table(hub_table([0, 1], **metadata), tmp_path / "x.parquet")
        with pytest.raises(InputError, match="class names in its metadata cannot be read"):
            sources.open_path(tmp_path / "x.parquet")

    def test_parquet_without_labels(self, tmp_path):
        pq.write_table(hub_table([0]).drop_columns("label"), tmp_path / "x.parquet")
        with pytest.raises(InputError, match="needs columns img .or image. and label, has img"):
            sources.open_path(tmp_path / "x.parquet")
