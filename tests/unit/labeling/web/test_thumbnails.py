"""Pictures for the page."""

import io

import numpy as np
import pytest
from PIL import Image

from cbal.data.decoding import Rule
from cbal.data.unlabeled import read_files
from cbal.errors import InputError
from cbal.labeling.web.thumbnails import Thumbnails, kind_of


def opened(data):
    return Image.open(io.BytesIO(data))


@pytest.fixture
def folder(tmp_path):
    """A wide photo that its EXIF turns upright, a gray one, one with a palette, a broken one."""
    pixels = np.zeros((300, 900, 3), np.uint8)
    pixels[:, :450] = (250, 0, 0)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    Image.fromarray(pixels).save(tmp_path / "turned.jpg", exif=exif, quality=95)
    Image.new("L", (40, 20), 90).save(tmp_path / "gray.png")
    Image.new("P", (2000, 3000)).save(tmp_path / "palette.png")
    (tmp_path / "broken.jpg").write_bytes((tmp_path / "turned.jpg").read_bytes()[:900])
    return tmp_path


@pytest.fixture
def thumbnails(folder):
    names = ["turned.jpg", "gray.png", "palette.png", "broken.jpg"]
    return Thumbnails(folder / "cache", names, folder / "none.npy", folder)


def test_exif_turns_a_photo(thumbnails):
    picture = opened(thumbnails.get("small", 0))
    assert picture.size == (53, 160)
    top, bottom = (picture.convert("RGB").getpixel((30, y)) for y in (20, 140))
    assert top[0] > 200
    assert bottom[0] < 50


@pytest.mark.parametrize(
    ("size", "sample", "wanted"),
    [("large", 0, (300, 900)), ("small", 1, (96, 48)), ("large", 1, (320, 160))]
    + [("small", 2, (107, 160)), ("medium", 2, (267, 400)), ("large", 2, (853, 1280))]
    + [("whole", 0, (300, 900)), ("whole", 2, (1500, 2250))],
)
def test_sizes(thumbnails, size, sample, wanted):
    picture = opened(thumbnails.get(size, sample))
    assert picture.size == wanted
    assert f"image/{picture.format.lower()}" == kind_of(size)


def test_a_long_picture_is_as_wide_as_it_can_be_read(folder):
    Image.new("RGB", (2000, 9000)).save(folder / "long.png")
    Image.new("RGB", (300, 20_000)).save(folder / "longer.png")
    names = ["long.png", "longer.png"]
    thumbnails = Thumbnails(folder / "cache", names, folder / "none.npy", folder)
    assert opened(thumbnails.get("whole", 0)).size == (1500, 6750)
    assert opened(thumbnails.get("whole", 1)).size == (246, 16_383)


def test_pictures_ahead_give_way_to_requests(thumbnails, monkeypatch):
    monkeypatch.setattr("cbal.labeling.web.thumbnails.REST", 60)
    thumbnails.give_way()
    thumbnails.make_ahead("small", [0])
    thumbnails.get("small", 1)
    assert thumbnails.ready("small", 0) is None
    thumbnails.close()
    thumbnails._ahead.shutdown(wait=True)
    assert thumbnails.ready("small", 0) is None


def test_a_picture_is_made_once(thumbnails, folder):
    first = thumbnails.get("small", 0)
    (folder / "turned.jpg").unlink()
    assert thumbnails.get("small", 0) == first
    with pytest.raises(InputError, match="turned.jpg: cannot be read"):
        thumbnails.get("large", 0)


def test_a_file_that_is_gone_has_left_its_stored_pixels(thumbnails, folder):
    np.save(folder / "none.npy", np.full((4, 8, 8, 3), (0, 250, 0), np.uint8))
    assert opened(thumbnails.get("small", 0)).size == (53, 160)
    (folder / "turned.jpg").unlink()
    picture = opened(thumbnails.get("large", 0)).convert("RGB")
    assert picture.getpixel((9, 9))[1] > 200


def test_a_broken_file_is_named_and_leaves_nothing(thumbnails, folder):
    with pytest.raises(InputError, match=r"broken\.jpg"):
        thumbnails.get("small", 3)
    assert not [path for path in (folder / "cache").rglob("*") if path.is_file()]


def test_pictures_are_made_ahead_past_broken_files(thumbnails, folder):
    thumbnails.make_ahead("small", [3, 1, 0])
    thumbnails._ahead.shutdown(wait=True)
    assert len(list((folder / "cache").rglob("*.webp"))) == 2


@pytest.mark.parametrize(("size", "sample"), [("small", 4), ("small", -1), ("../small", 0)])
def test_nothing_else_is_there(thumbnails, size, sample):
    with pytest.raises(KeyError):
        thumbnails.get(size, sample)


@pytest.mark.parametrize("channels", [1, 3])
def test_without_files_the_stored_pixels_are_shown(tmp_path, channels):
    np.save(tmp_path / "images.npy", np.full((2, 8, 8, channels), 200, np.uint8))
    thumbnails = Thumbnails(tmp_path / "cache", ["0", "1"], tmp_path / "images.npy")
    assert opened(thumbnails.get("large", 1)).size == (320, 320)


def test_other_files_are_at_other_addresses(folder):
    versions = {
        Thumbnails(folder, names, folder, root).version
        for names, root in ((["a"], folder), (["b"], folder), (["a"], None), (["a", "b"], folder))
    }
    assert len(versions) == 4


@pytest.mark.parametrize("size", ["small", "large"])
def test_the_page_shows_the_pixels_that_the_model_sees(tmp_path, size):
    """Images of more than 8 bits or with transparency follow the rule of the data set."""
    rule = Rule(background="#0000ff", values=(0, 4095))
    Image.fromarray(np.full((400, 400), 2048, np.uint16)).save(tmp_path / "deep.png")
    Image.new("RGBA", (400, 400), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    names = ["deep.png", "clear.png"]
    seen = read_files(tmp_path, 8, tmp_path / "store", rule=rule)
    thumbnails = Thumbnails(tmp_path / "cache", names, tmp_path / "none.npy", tmp_path, rule)
    for sample, name in enumerate(names):
        shown = opened(thumbnails.get(size, sample)).convert("RGB").getpixel((80, 80))
        wanted = seen.pixels[list(seen.files).index(name), 4, 4]
        assert np.abs(np.array(shown, int) - wanted).max() <= 3


def test_another_rule_is_at_another_address(folder):
    rules = Rule(), Rule("black"), Rule(values=(0, 1))
    versions = {Thumbnails(folder, ["a"], folder, folder, rule).version for rule in rules}
    assert len(versions) == 3
