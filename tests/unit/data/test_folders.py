import zipfile

import pytest

from cbal.data import sources
from cbal.errors import InputError
from tests.conftest import write_class_folders
from tests.unit.data.shards import png


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


SPELLINGS = [
    {"train": "train", "val": "validation", "test": "test"},
    {"train": "train", "val": "validation"},
    {"Train": "train", "Test": "test"},
    {"training": "train", "validation": "validation", "testing": "test"},
    {"TRAIN": "train", "VALID": "validation", "TEST": "test"},
    {"train_set": "train", "dev_set": "validation", "TestSet": "test"},
    {"train2017": "train", "val2017": "validation", "test-images": "test"},
    {"train": "train"},
]


@pytest.fixture(params=["folder", "zip", "wrapped zip"])
def opened(request, tmp_path):
    """Write class folders as a folder or a zip, and open that."""

    def open_(classes):
        root = write_class_folders(tmp_path / "images", classes)
        if request.param == "folder":
            return sources.open_path(root)
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
            for file in sorted(root.rglob("*")):
                above = root.parent if request.param == "wrapped zip" else root
                archive.write(file, file.relative_to(above))
        return sources.open_path(tmp_path / "x.zip")

    return open_


@pytest.mark.parametrize("spelling", SPELLINGS, ids="+".join)
def test_a_published_split_of_any_spelling(opened, spelling):
    classes = {f"{name}/{c}": n for n, name in enumerate(spelling, 1) for c in ("a", "b")}
    listing = opened(classes)
    assert listing.classes == ["a", "b"]
    for n, split in enumerate(spelling.values(), 1):
        assert (listing.split == split).sum() == 2 * n
    for source, split in zip(listing.source, listing.split, strict=True):
        name = next(name for name in spelling if f"{name}/" in source)
        assert spelling[name] == split


@pytest.mark.parametrize("split", ["", "train/"])
def test_the_class_is_the_folder_directly_under_the_root_or_the_split(opened, split):
    deep = ("cat/2020", "cat/2021/spring", "dog", "dog/2020")
    listing = opened({f"{split}{name}": 1 for name in deep})
    assert listing.classes == ["cat", "dog"]
    for source, label in zip(listing.source, listing.label, strict=True):
        assert f"{listing.classes[label]}/" in source


def test_numbers_are_classes_in_their_order(opened):
    classes = opened({"10": 1, "2": 1, "1": 1, "x10": 1, "x9": 1}).classes
    assert classes == ["1", "2", "10", "x9", "x10"]


@pytest.mark.parametrize("split", ["", "train/", "test/"])
def test_class_folders_and_splits_that_are_links_count(tmp_path, split):
    write_class_folders(tmp_path / "elsewhere", {"cat/2020": 2})
    root = write_class_folders(tmp_path / "x", {f"{s}dog": 1 for s in {split and "train/", split}})
    (root / f"{split}cat").symlink_to(tmp_path / "elsewhere/cat")
    listing = sources.open_path(root)
    assert listing.classes == ["cat", "dog"]
    assert listing.source[:2] == [f"{split}cat/2020/{i}.png" for i in (0, 1)]
    assert len(list(listing.read(range(len(listing.source))))) == len(listing.source)


def test_a_class_may_be_named_like_a_split_within_one(opened):
    listing = opened({f"{s}/{c}": 1 for s in ("train", "test") for c in ("bus", "train")})
    assert listing.classes == ["bus", "train"]


def test_a_zip_says_which_folder_is_above_all(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name in ("a/0.png", "b/0.png"):
            archive.writestr(f"2750/{name}", png(0))
    assert sources.open_path(tmp_path / "x.zip").notes == ["the class folders are those in 2750"]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (
            ["train/a", "test/a", "extra/a"],
            "train look like splits, but not what is beside: extra",
        ),
        (["bus", "car", "train"], "train looks like a split, but not what is beside: bus, car"),
        (["cats", "dogs", "test"], "test looks like a split, but not what is beside: cats, dogs"),
        (["train/a", "Train/b"], "Train, train are all named after the train split"),
        (["train1/a", "train2/a", "test/a"], "train1, train2 are all named after the train split"),
        (["val/a", "test/b"], "test, val but no training split"),
        (["trainval/a", "trainval/b"], "trainval looks like a split, but not like"),
        (["train+val/a", "x/b"], r"train\+val looks like a split, but not like"),
        (["fold1/a", "fold_2/a", "Fold 10/a"], "Fold 10, fold1, fold_2 look like splits, but not"),
        (["cat", "dog", "unlabeled"], "unlabeled looks like a split, but not like"),
        (["train_a/x", "test_a/x"], "test_a, train_a look like splits, but not like"),
        (["seg_train/a", "seg_test/a", "seg_pred/a"], "seg_test, seg_train look like splits"),
        (["Cifar10Train/a", "Cifar10Val/b"], "Cifar10Train, Cifar10Val look like splits"),
        (["cat/train", "cat/test", "dog/train"], "folder test below a class folder looks like"),
        (["train/cat/val", "train/dog"], "folder val below a class folder looks like"),
        (["train/train/a", "train/test/a"], "looks like a split|splits within splits"),
        (["train", "test"], "0.png is in no class folder"),
    ],
)
def test_a_layout_that_is_not_understood_is_refused(opened, names, words):
    with pytest.raises(InputError, match=words) as caught:
        opened(dict.fromkeys(names, 1))
    assert "\n" not in str(caught.value)


def test_names_that_only_begin_like_a_split_are_classes(opened):
    names = ["train station", "test tube", "blood test", "bullet train", "valley", "bus"]
    assert opened(dict.fromkeys(names, 1)).classes == sorted(names)


def test_a_folder_above_the_class_folders_is_no_class(tmp_path):
    write_class_folders(tmp_path, {"data/cat": 1, "data/dog": 1})
    with pytest.raises(InputError, match="one class only, data; if it holds the class"):
        sources.open_path(tmp_path)


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

    def test_an_image_that_went_away_is_named(self, tmp_path):
        write_class_folders(tmp_path, {"a": 2, "b": 2})
        listing = sources.open_path(tmp_path)
        (tmp_path / "a" / "1.png").unlink()
        with pytest.raises(InputError, match=r"a/1\.png: cannot be read"):
            list(listing.read([1]))

    def test_an_empty_split_is_named(self, tmp_path):
        write_class_folders(tmp_path, {"train/a": 2, "train/b": 2})
        (tmp_path / "test").mkdir()
        with pytest.raises(InputError, match="folder test has no image"):
            sources.open_path(tmp_path)

    @pytest.mark.parametrize("name", ["train.csv", "Test_Set.txt", "val.json"])
    def test_a_split_in_a_file_beside_the_class_folders(self, tmp_path, name):
        root = write_class_folders(tmp_path / "x", {"a": 1, "b": 1})
        (root / name).write_text("a/0.png")
        with pytest.raises(InputError, match=f"{name} looks like a split, but splits are read"):
            sources.open_path(root)
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
            for file in root.rglob("*"):
                archive.write(file, f"all/{file.relative_to(root)}")
        with pytest.raises(InputError, match=f"{name} looks like a split, but splits are read"):
            sources.open_path(tmp_path / "x.zip")
        (root / name).rename(root / "notes.txt")
        assert sources.open_path(root).split is None

    def test_parquet_files_in_a_zip(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
            archive.writestr("train.parquet", b"")
        with pytest.raises(InputError, match="Parquet files in a zip; unpack it"):
            sources.open_path(tmp_path / "x.zip")
