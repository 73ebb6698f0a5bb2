"""Pixels of encoded images."""

import subprocess
import sys
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from cbal.data import decoding
from cbal.data.decoding import Rule, decode, rule_in
from cbal.errors import InputError
from tests.unit.data.pictures import EPS, LEVELS, empty_png, encoded, gray

COLORS = np.arange(48, dtype=np.uint8).reshape(4, 4, 3) * 5


def opaque(mode):
    """Return an opaque image of a mode of 8 bits, with every color that it may keep."""
    return Image.fromarray(COLORS).convert(mode)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "CMYK", "1", "YCbCr", "RGBX"])
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG", "GIF", "BMP", "WEBP", "PPM"])
def test_opaque_images_of_8_bits_are_as_pillow_has_them(mode, kind):
    try:
        data = encoded(opaque(mode), kind)
    except (OSError, ValueError):
        pytest.skip(f"{kind} has no {mode}")
    wanted = np.asarray(Image.open(decoding.io.BytesIO(data)).convert("RGB"))
    assert np.array_equal(decode(data, "x"), wanted)


@pytest.mark.parametrize(
    ("dtype", "kind", "top"),
    [
        (np.uint16, "PNG", 65535),
        (np.uint16, "TIFF", 65535),
        (np.dtype(">u2"), "TIFF", 65535),
        (np.int32, "TIFF", 65535),
        (np.float32, "TIFF", 1),
    ],
)
def test_more_than_8_bits_are_scaled_by_one_rule(dtype, kind, top):
    pixels = decode(gray(LEVELS / 255 * top, dtype, kind), "x")
    assert pixels.shape == (2, 2, 3)
    assert np.abs(pixels[..., 0].astype(int) - LEVELS).max() <= 1


@pytest.mark.parametrize("top", [1000, 65535])
def test_a_pgm_of_more_than_8_bits_says_its_white_itself(top):
    values = np.round(LEVELS / 255 * top).astype(">u2")
    data = f"P5 2 2 {top}\n".encode() + values.tobytes()
    assert np.abs(decode(data, "x")[..., 0].astype(int) - LEVELS).max() <= 1


def test_more_than_8_bits_are_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    image = Image.fromarray(np.array([[0, 65535]], np.uint16))
    assert decode(encoded(image, exif=exif), "x")[..., 0].tolist() == [[0], [255]]


def test_white_that_is_zero_in_more_than_8_bits_is_refused():
    data = encoded(Image.fromarray(np.zeros((2, 2), np.uint16)), "TIFF")
    black, white = (bytes.fromhex(f"0601030001000000{kind}00") for kind in ("01", "00"))
    assert (decode(data, "x") == 0).all()
    with pytest.raises(InputError, match="white is 0 in it"):
        decode(data.replace(black, white), "x")


def test_the_rule_is_not_of_the_image():
    """A dark image stays darker than a bright one."""
    dark, bright = (decode(gray(LEVELS * n, np.uint16, "PNG"), "x").max() for n in (10, 200))
    assert (dark, bright) == (10, 198)


@pytest.mark.parametrize(("dtype", "kind"), [(np.uint16, "PNG"), (np.float32, "TIFF")])
def test_values_say_what_is_black_and_white(dtype, kind):
    data = gray([[0, 100], [2147.5, 5000]], dtype, kind)
    pixels = decode(data, "x", Rule(values=(100, 4195)))
    assert pixels[..., 0].tolist() == [[0, 0], [127 if dtype is np.uint16 else 128, 255]]


@pytest.mark.parametrize(
    ("values", "dtype", "said"),
    [
        ([0, 70_000], np.int32, "values from 0 to 70000, outside 0 to 65535; set `values:"),
        ([-1, 5], np.int32, "values from -1 to 5"),
        ([0, 255], np.float32, "values from 0 to 255, outside 0 to 1; set `values:"),
        ([0, np.nan], np.float32, "not finite"),
        ([0, np.inf], np.float32, "not finite"),
    ],
)
def test_values_without_a_rule_are_refused(values, dtype, said):
    with pytest.raises(InputError, match=f"^x: .*{said}"):
        decode(gray([values], dtype, "TIFF"), "x")


def test_unsigned_32_bits_are_not_taken_for_negative():
    image = Image.fromarray(np.array([[0, -1]], np.int32))
    signed, unsigned = (bytes.fromhex(f"5301030001000000{kind}00") for kind in ("02", "01"))
    data = encoded(image, "TIFF").replace(signed, unsigned)  # the tag SampleFormat
    assert decode(data, "x", Rule(values=(0, 2**32 - 1)))[..., 0].tolist() == [[0, 255]]


@pytest.mark.parametrize(
    ("image", "kind", "said"),
    [
        (Image.new("LAB", (4, 4)), "TIFF", "pixels of mode LAB are not supported"),
        (Image.new("RGB", (4, 4)), "EPS", "not a readable image .of no known format"),
    ],
)
def test_what_has_no_rule_is_refused_by_name(image, kind, said):
    with pytest.raises(InputError, match=f"^x: {said}"):
        decode(encoded(image, kind), "x")


def test_16_bits_of_color_are_not_scaled_by_values():
    data = empty_png(1, 1, 16, b"\0" + bytes.fromhex("10ff2000ffff"))
    assert decode(data, "x").tolist() == [[[0x10, 0x20, 0xFF]]]
    with pytest.raises(InputError, match="color of 16 bits"):
        decode(data, "x", Rule(values=(0, 4095)))


class TestTransparency:
    @pytest.mark.parametrize("mode", ["RGBA", "LA"])
    @pytest.mark.parametrize("kind", ["PNG", "WEBP"])
    @pytest.mark.parametrize(
        ("background", "wanted"), [("white", (255,) * 3), ("#ff8000", (255, 128, 0))]
    )
    def test_it_is_laid_on_the_background(self, mode, kind, background, wanted):
        drawing = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
        drawing.paste((0, 0, 0, 255), (0, 0, 4, 8))
        options = {"lossless": True} if kind == "WEBP" else {}
        pixels = decode(encoded(drawing.convert(mode), kind, **options), "x", Rule(background))
        assert tuple(pixels[0, 0]) == (0, 0, 0)
        assert tuple(pixels[0, 7]) == wanted

    @pytest.mark.parametrize("kind", ["PNG", "GIF"])
    def test_of_a_palette(self, kind):
        drawing = Image.new("P", (4, 4), 1)
        drawing.putpalette([10, 20, 30, 40, 50, 60])
        drawing.putpixel((0, 0), 0)
        pixels = decode(encoded(drawing, kind, transparency=1), "x")
        assert tuple(pixels[0, 0]) == (10, 20, 30)
        assert tuple(pixels[3, 3]) == (255, 255, 255)

    @pytest.mark.parametrize(
        ("image", "transparency"),
        [
            (Image.new("L", (2, 2), 7), 7),
            (Image.new("1", (2, 2), 0), 0),
            (Image.new("RGB", (2, 2), (1, 2, 3)), (1, 2, 3)),
            (Image.fromarray(np.full((2, 2), 7, np.uint16)), 7),
        ],
    )
    def test_of_one_color(self, image, transparency):
        assert (decode(encoded(image, transparency=transparency), "x") == 255).all()

    def test_half_of_it_is_half_the_background(self):
        pixels = decode(encoded(Image.new("RGBA", (1, 1), (0, 0, 0, 128))), "x")
        assert 126 <= pixels[0, 0, 0] <= 128


def test_images_are_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    image = Image.fromarray(np.array([[[255, 0, 0], [0, 0, 255]]], np.uint8))
    assert decode(encoded(image, exif=exif), "x").shape == (2, 1, 3)


@pytest.mark.parametrize("kind", sorted(decoding.FORMATS))
def test_what_pillow_opens_is_taken(kind, tmp_path):
    image = Image.new("RGB", (16, 16), (200, 100, 50))
    path = tmp_path / "x"
    path.write_bytes(encoded(image, kind))
    assert decoding.is_image(path)
    for source in (path, path.read_bytes()):
        assert np.abs(decode(source, "x").astype(int) - (200, 100, 50)).max() < 12


@pytest.mark.parametrize("kind", ["bytes", "file"])
def test_an_eps_starts_no_other_program(monkeypatch, tmp_path, kind):
    (tmp_path / "x.png").write_bytes(EPS)
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("started a program"))
    monkeypatch.setattr(subprocess, "check_call", lambda *_, **__: pytest.fail("started one"))
    with pytest.raises(InputError, match="of no known format"):
        decode(EPS if kind == "bytes" else tmp_path / "x.png", "x")


@pytest.mark.parametrize("cut", [10, 60, 0.5, 0.9])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP"])
def test_a_file_that_is_not_whole_is_named(kind, cut):
    rng = np.random.default_rng(0)
    data = encoded(Image.fromarray(rng.integers(0, 255, (64, 64, 3), np.uint8)), kind)
    with pytest.raises(InputError, match=r"^a/x\.png: not a readable image"):
        decode(data[: cut if cut > 1 else int(cut * len(data))], "a/x.png")


class TestLimits:
    def test_a_phone_s_picture_is_one(self):
        """199.8 megapixels are refused for what is in the file, not for their number."""
        with pytest.raises(InputError, match="not a readable image"):
            decode(empty_png(16_320, 12_240), "x")

    def test_pixels_are_counted_before_they_are_decoded(self):
        with pytest.raises(InputError, match=r"100000 x 100000 are .*raise `pixel_limit:`"):
            decode(empty_png(100_000, 100_000), "x")

    def test_the_limit_is_a_setting(self):
        data = encoded(Image.new("RGB", (10, 10)))
        assert decode(data, "x", Rule(pixels=100)).shape == (10, 10, 3)
        with pytest.raises(InputError, match="over the limit of 99"):
            decode(data, "x", Rule(pixels=99))

    def test_bytes_of_one_image_are_limited(self):
        with pytest.raises(InputError, match="bytes are too many for one image"):
            decode(bytes(decoding.LEAST_BYTES + 1), "x", Rule(pixels=100))


@pytest.mark.parametrize("values", [None, (0.0, 4095.0)])
def test_the_rule_is_kept_with_the_data_set(values):
    rule = Rule("#102030", values, 77)
    assert rule_in(rule.as_metadata()) == rule
    assert rule_in({}) == Rule()


def test_heif_is_opened_where_its_reader_is_installed(monkeypatch):
    registered = []
    reader = ModuleType("pillow_heif")
    reader.register_heif_opener = lambda: registered.append(True)
    monkeypatch.setitem(sys.modules, "pillow_heif", reader)
    assert "HEIF" in decoding.formats.__wrapped__()
    assert registered
