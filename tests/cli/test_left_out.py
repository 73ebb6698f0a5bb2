"""Logs of preparation: files that are left out, pixels and settings, for both annotators."""

import numpy as np
import pytest
from PIL import Image

import prepare_data
import prepare_unlabeled
from cbal.errors import InputError
from cbal.storage.files import metadata_of, open_images, read_table
from tests.conftest import write_class_folders


@pytest.fixture
def root(tmp_path):
    """Class folders with a hidden file, a list, a loop, a photograph that cannot be opened."""
    root = write_class_folders(tmp_path / "images", {"a": 10, "b": 10})
    (root / ".DS_Store").touch()
    (root / "a" / "notes.txt").touch()
    (root / "b" / "x.heic").touch()
    (root / "b" / "loop").symlink_to("..")
    return root


@pytest.fixture(params=["oracle", "human"])
def prepare(request, root, tmp_path):
    """Return a function that prepares the folder with more arguments, and returns its files."""

    def make(*arguments):
        out = {"index": f"{tmp_path}/index.parquet", "images": f"{tmp_path}/images.npy"}
        if request.param == "oracle":
            out["truth"] = f"{tmp_path}/truth.parquet"
        else:
            out["query"] = f"{tmp_path}/query.parquet"
        script = prepare_data if request.param == "oracle" else prepare_unlabeled
        source = ["--dataset", "d", "--source", "folder", "--path", str(root), "--side", "8"]
        script.main([*source, *(f"--{key}={path}" for key, path in out.items()), *arguments])
        return read_table(out["index"]), open_images(out["images"])

    return make


def test_everything_left_out_is_counted_and_named(prepare, capsys):
    index, _ = prepare()
    log = capsys.readouterr().err
    for line in (
        "left out: 1 (hidden): .DS_Store",
        "left out: 1 (.txt files): a/notes.txt",
        "left out: 1 (.heic files; install pillow-heif, or convert them to JPEG): b/x.heic",
        "left out: 1 (a link to a folder that it is in): b/loop",
    ):
        assert line in log
    assert len(index) == 20
    assert sum(metadata_of(index)["left_out"].values()) == 4


def test_duplicates_are_in_the_log_and_the_metadata(prepare, root, capsys):
    for i in range(3):
        (root / "a" / f"copy{i}.png").write_bytes((root / "a" / "0.png").read_bytes())
    index, _ = prepare()
    findings = metadata_of(index)["findings"]
    assert sum(findings["duplicates"].values()) + sum(findings["across"].values()) >= 2
    assert "exact duplicates" in capsys.readouterr().err


def test_the_rule_reaches_the_pixels_and_stays_with_them(prepare, root):
    clear, deep = root / "a" / "0.png", root / "a" / "1.png"
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(clear)
    Image.fromarray(np.full((8, 8), 2048, np.uint16)).save(deep)
    index, images = prepare("--background", "#0000ff", "--values=0 4095")
    row = {name: i for i, name in enumerate(index["source"].to_pylist())}
    assert images[row["a/0.png"], 0, 0].tolist() == [0, 0, 255]
    assert images[row["a/1.png"], 0, 0].tolist() == [128] * 3
    assert metadata_of(index)["decoding"]["values"] == [0, 4095]


def test_images_of_12_bits_that_turn_out_dark_are_told(prepare, root, capsys):
    rng = np.random.default_rng(0)
    for file in root.rglob("[0-9]*.png"):
        if "loop" not in file.parts:
            Image.fromarray(rng.integers(0, 4096, (8, 8)).astype(np.uint16)).save(file)
    index, _ = prepare()
    assert "warning: 20 of 20 images are nearly all one value" in capsys.readouterr().err
    assert metadata_of(index)["findings"]["flat"] == 20


@pytest.mark.parametrize(
    ("setting", "said"),
    [("--row-limit=19", "20 images, over the limit of 19; raise `row_limit:`")],
)
def test_limits_are_settings(prepare, setting, said):
    with pytest.raises(InputError, match=said):
        prepare(setting)
    prepare("--row-limit=20")


def test_a_picture_over_the_limit_is_named(prepare, root, capsys):
    Image.new("RGB", (100, 100)).save(root / "a" / "0.png")
    try:
        prepare("--pixel-limit=9999")
        said = capsys.readouterr().err
    except InputError as error:  # a broken file with a true label is an error
        said = str(error)
    assert "a/0.png: 100 x 100 are 10,000 pixels, over the limit of 9,999" in said
    prepare("--pixel-limit=10000")


def test_pages_after_the_first_are_named(prepare, root, capsys):
    pages = [Image.new("L", (8, 8), level) for level in (10, 200)]
    pages[0].save(root / "a" / "scan.tif", save_all=True, append_images=pages[1:])
    index, images = prepare()
    assert "left out: 1 (further pages of these images): " in capsys.readouterr().err
    assert (images[index["source"].to_pylist().index("a/scan.tif")] == 10).all()
