"""Images without labels."""

import numpy as np
import pytest
from PIL import Image

from cbal.data.decoding import decode
from cbal.data.prepare import square
from cbal.data.public import digits
from cbal.data.unlabeled import read_files, read_listing, split, write_rows
from cbal.errors import InputError


@pytest.fixture
def folder(tmp_path):
    """Flat and nested files of several formats and sizes, some broken, hidden or no images."""
    root = tmp_path / "images"
    (root / "deep/er").mkdir(parents=True)
    (root / ".trash").mkdir()
    for name, size in {
        "a.png": (9, 5),
        "deep/b.jpg": (400, 300),
        "deep/er/c.webp": (64, 64),
        "d10.JPEG": (30, 90),
        "d9.bmp": (8, 8),
        ".trash/x.png": (8, 8),
    }.items():
        Image.new("RGB", size, (200, 10, 10)).save(root / name)
    Image.new("RGBA", (20, 20), (0, 255, 0, 0)).save(root / "transparent.png")
    whole = (root / "deep/b.jpg").read_bytes()
    (root / "deep/cut.jpg").write_bytes(whole[: len(whole) // 2])
    (root / "empty.png").touch()
    (root / "text.png").write_text("no image")
    (root / "notes.txt").write_text("no image either")
    return root


def test_all_readable_images_of_a_folder_are_found(folder, tmp_path):
    found = read_files(folder, 16, tmp_path / "store", threads=2)
    assert found.files == [
        "a.png",
        "d9.bmp",
        "d10.JPEG",
        "deep/b.jpg",
        "deep/er/c.webp",
        "transparent.png",
    ]
    assert found.pixels.shape == (6, 16, 16, 3)
    assert (found.pixels[:5, ..., 0] > 150).all()
    assert len(found.broken) == 3
    for name in ("deep/cut.jpg", "empty.png", "text.png"):
        assert any(f"{name}: not a readable image" in line for line in found.broken)
    assert not list((tmp_path / "store").iterdir())


def test_names_that_are_no_text_are_left_out(folder, tmp_path):
    bad = str(folder / "a.png").encode().replace(b"a.png", b"\xff.png")
    with open(bad, "wb") as file:
        file.write((folder / "a.png").read_bytes())
    found = read_files(folder, 8, tmp_path)
    assert len(found.files) == 6
    assert len(found.left_out["no UTF-8 name"]) == 1


def test_exif_turns_an_image(tmp_path):
    pixels = np.zeros((60, 60, 3), np.uint8)
    pixels[:30] = 255
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    Image.fromarray(pixels).save(tmp_path / "x.jpg", exif=exif, quality=95)
    image = square(decode(tmp_path / "x.jpg", "x", fraction=40), 20)
    assert image[2:8].mean() < 20
    assert image[12:18].mean() > 235


def test_a_large_jpeg_decoded_at_a_fraction_looks_the_same(tmp_path):
    y, x = np.mgrid[:1200, :1600]
    pixels = np.stack([x / 7 % 256, y / 5 % 256, (x + y) / 11 % 256], -1).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "x.jpg", quality=95)
    Image.fromarray(pixels).save(tmp_path / "x.png")
    fast, slow = (
        square(decode(tmp_path / name, name, fraction=128), 64).astype(int)
        for name in ("x.jpg", "x.png")
    )
    assert np.abs(fast - slow).mean() < 6


@pytest.mark.parametrize("name", ["none", "empty"])
def test_a_folder_without_images_is_named(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=f"{name}: no "):
        read_files(tmp_path / name, 8, tmp_path)


def test_the_split_is_random_and_its_own():
    train, test = split(100, 60, 20, np.random.default_rng(0))
    assert (len(train), len(test)) == (40, 20)
    assert not set(train) & set(test)
    assert np.array_equal(train, np.sort(train))
    again = split(100, 60, 20, np.random.default_rng(0))
    assert np.array_equal(test, again[1])
    assert not np.array_equal(test, split(100, 60, 20, np.random.default_rng(1))[1])
    with pytest.raises(InputError, match="leave none to label"):
        split(10, None, 10, np.random.default_rng(0))


def test_rows_are_the_samples(folder, tmp_path):
    found = read_files(folder, 4, tmp_path)
    index = write_rows(tmp_path / "images.npy", found, np.array([1, 3]), np.array([0]))
    assert index.to_pylist() == [
        {"sample_id": 0, "split": "train", "source": "d9.bmp"},
        {"sample_id": 1, "split": "train", "source": "deep/b.jpg"},
        {"sample_id": 2, "split": "test", "source": "a.png"},
    ]
    assert np.array_equal(np.load(tmp_path / "images.npy"), found.pixels[[1, 3, 0]])


def test_a_source_with_labels_may_be_labeled_anew():
    found = read_listing(digits(), None)
    assert found.pixels.shape == (1797, 8, 8, 1)
    assert read_listing(digits(), 4).pixels.shape == (1797, 4, 4, 1)
