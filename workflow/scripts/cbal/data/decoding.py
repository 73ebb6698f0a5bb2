"""Decoding of images: the only file of the library that opens encoded images.

Data sets, a person's folder and the pictures on the labeling page are all decoded here, so that the
model and the person see the same pixels.
"""

import io
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from cbal.errors import InputError

# Pillow's limit is switched off: `decode` checks the limit of the settings before it decodes.
Image.MAX_IMAGE_PIXELS = None

# Formats that are opened, with the endings of their files. No other format is opened, whatever the
# name of the file: for some, Pillow would start other programs, such as Ghostscript for EPS.
FORMATS = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
    "PNG": (".png", ".apng"),
    "WEBP": (".webp",),
    "BMP": (".bmp",),
    "DIB": (".dib",),
    "GIF": (".gif",),
    "TIFF": (".tif", ".tiff"),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
    "JPEG2000": (".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx"),
    "AVIF": (".avif", ".avifs"),
    "PCX": (".pcx",),
    "QOI": (".qoi",),
    "SGI": (".sgi", ".bw", ".rgb", ".rgba"),
}
HEIF = (".heic", ".heif", ".hif")

EIGHT_BITS = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "RGBa", "CMYK", "YCbCr", "HSV"}
WHOLE_NUMBERS = {"I", "I;16", "I;16L", "I;16B", "I;16N"}
WHITE_IS_ZERO, SAMPLES_ARE_UNSIGNED = 0, 1  # values of the TIFF tags below
PHOTOMETRIC, BITS, SAMPLE_FORMAT = 262, 258, 339
# Limits of the bytes of an encoded image; a small one may have more metadata than pixels.
BYTES_PER_PIXEL, LEAST_BYTES = 4, 2**24


@dataclass(frozen=True)
class Rule:
    """How the encoded images of a data set become pixels, and the limits of a source.

    Attributes:
        background: color under transparent pixels, as white or #rrggbb.
        values: values of black and of white in images of more than 8 bits; values beyond them
            become black and white. With None they are 0 and 65535 for whole numbers, 0 and 1 for
            floats, and values beyond them are an error.
        pixels: most pixels of one image.
        rows: most images of a source.
        unpacked: most bytes of a source's packed files after unpacking.
        paged: names of the images so far of which only the first page was used.
    """

    background: str = "white"
    values: tuple[float, float] | None = None
    pixels: int = 250_000_000
    rows: int = 10_000_000
    unpacked: int = 200 * 10**9
    paged: list[str] = field(default_factory=list, compare=False, repr=False)

    def as_metadata(self) -> dict[str, Any]:
        """Return the metadata of `index.parquet` that `rule_in` reads."""
        return {"decoding": {name: getattr(self, name) for name in KEPT}}


@dataclass(frozen=True)
class Scale:
    """The values of black and white in an image, and whether its whole numbers are unsigned."""

    low: float
    high: float
    unsigned: bool = False


USUAL = Rule()
KEPT = ("background", "values", "pixels")  # settings that the labeling page needs too


def rule_in(metadata: dict[str, Any]) -> Rule:
    """Return the rule in the metadata of `index.parquet`, or the default if it has none."""
    kept = dict(metadata.get("decoding", {}))
    values = kept.pop("values", None)
    return Rule(values=tuple(values) if values else None, **kept)


@cache
def formats() -> dict[str, tuple[str, ...]]:
    """Return Pillow's names of the formats that are opened, with the endings of their files."""
    try:
        import pillow_heif
    except ImportError:
        return FORMATS
    pillow_heif.register_heif_opener()
    return {**FORMATS, "HEIF": HEIF}


@cache
def endings() -> frozenset[str]:
    """Return the endings of image files, in lower case."""
    return frozenset(ending for several in formats().values() for ending in several)


def is_image(data: bytes | Path) -> bool:
    """Return whether a file begins like an image of one of the formats."""
    try:
        with _opened(data):
            return True
    except Exception:
        return False


def decode(
    data: bytes | Path, name: str, rule: Rule = USUAL, fraction: int | None = None
) -> np.ndarray:
    """Return an encoded image as RGB uint8[H, W, 3], turned upright as its EXIF says.

    Only the first frame or page of an image is decoded.

    Args:
        data: the encoded image, or its file.
        name: name of the image, for errors.
        rule: rule of the data set.
        fraction: smallest side in pixels. A JPEG may be decoded at a half, a quarter or an eighth
            of its size, which is faster, if its sides stay at least this long. None keeps all
            pixels.

    Raises:
        InputError: it is truncated, not an image, too large, or of a mode that is not supported.
    """
    try:
        if isinstance(data, bytes):
            check_bytes(len(data), name, rule)
        with _opened(data) as image:
            _check_pixels(image, name, rule)
            _check_color(image, name, rule)
            if image.format == "TIFF" and image.n_frames > 1:
                rule.paged.append(name)
            if fraction:
                image.draft("RGB", (fraction, fraction))
            wide = image.mode in WHOLE_NUMBERS or image.mode == "F"
            scale = _scale_of(image, name, rule) if wide else None
            upright = ImageOps.exif_transpose(image)
            return np.asarray(_gray(upright, name, rule, scale) if wide else _rgb(upright, rule))
    except InputError:
        raise
    # Pillow's readers raise exceptions of many types for a damaged file.
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        if isinstance(error, UnidentifiedImageError):
            reason = "of no known format"
        if isinstance(data, Path) and isinstance(error, OSError) and error.strerror:
            raise InputError(f"{name}: cannot be read ({error.strerror})") from error
        raise InputError(
            f"{name}: not a readable image ({reason}); mend it or take it out"
        ) from error


def _opened(data: bytes | Path) -> Image.Image:
    """Return an opened image, of which only the header has been read."""
    return Image.open(io.BytesIO(data) if isinstance(data, bytes) else data, formats=[*formats()])


def check_bytes(n: int, name: str, rule: Rule) -> None:
    """Check the number of bytes of an encoded image.

    Raises:
        InputError: there are too many.
    """
    if n > max(BYTES_PER_PIXEL * rule.pixels, LEAST_BYTES):
        raise InputError(
            f"{name}: {n:,} bytes are too many for one image; take it out, or raise `pixel_limit:`"
        )


def _check_pixels(image: Image.Image, name: str, rule: Rule) -> None:
    """Check the number of pixels of an image before it is decoded."""
    n = image.width * image.height
    if n > rule.pixels:
        raise InputError(
            f"{name}: {image.width} x {image.height} are {n:,} pixels, over the limit of "
            f"{rule.pixels:,}; raise `pixel_limit:` of the data set, or take it out"
        )


def _check_color(image: Image.Image, name: str, rule: Rule) -> None:
    """Check that the colors of an image are supported."""
    if image.mode not in EIGHT_BITS | WHOLE_NUMBERS | {"F"}:
        raise InputError(
            f"{name}: pixels of mode {image.mode} are not supported; store it as RGB or gray"
        )
    # Pillow keeps only the upper 8 bits of 16-bit color images.
    if rule.values and image.mode not in WHOLE_NUMBERS and ";16" in str(image.tile[:1]):
        raise InputError(
            f"{name}: color of 16 bits, to which `values:` does not apply; store it with 8 bits"
        )


def _tag(image: Image.Image, tag: int) -> int | None:
    """Return the number in a tag of a TIFF file, or None if it has no such tag."""
    value = getattr(image, "tag_v2", {}).get(tag)
    return value[0] if isinstance(value, tuple) else value


def _scale_of(image: Image.Image, name: str, rule: Rule) -> Scale:
    """Return how the values of an image of more than 8 bits are scaled to 8 bits."""
    if _tag(image, PHOTOMETRIC) == WHITE_IS_ZERO:
        raise InputError(
            f"{name}: white is 0 in it, and it has more than 8 bits; store it inverted"
        )
    unsigned = image.mode == "I" and _tag(image, SAMPLE_FORMAT) == SAMPLES_ARE_UNSIGNED
    if rule.values:
        return Scale(*rule.values, unsigned=unsigned)
    if image.mode == "F":
        return Scale(0, 1)
    return Scale(0, 4095 if _tag(image, BITS) == 12 else 65535, unsigned=unsigned)


def _gray(image: Image.Image, name: str, rule: Rule, scale: Scale) -> Image.Image:
    """Return an image of more than 8 bits as RGB with 8 bits."""
    values = np.asarray(image)
    if scale.unsigned:
        values = values.view(np.uint32)  # Pillow reads them as signed
    if not np.isfinite(values).all():
        raise InputError(f"{name}: some of its values are not finite; mend it or take it out")
    low, high = scale.low, scale.high
    if not rule.values and (values.min() < low or values.max() > high):
        raise InputError(
            f"{name}: values from {values.min():g} to {values.max():g}, outside {low} to {high}; "
            "set `values: [black, white]` of the data set"
        )
    levels = (np.clip(values.astype(np.float64), low, high) - low) * (255 / (high - low))
    gray = Image.fromarray(np.rint(levels).astype(np.uint8)).convert("RGB")
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        where = Image.fromarray(values == transparent)
        gray.paste(Image.new("RGB", gray.size, rule.background), mask=where)
    return gray


def _rgb(image: Image.Image, rule: Rule) -> Image.Image:
    """Return an image of 8 bits as RGB, with transparent pixels on the background."""
    if image.has_transparency_data:
        with_alpha = image.convert("RGBA")
        if with_alpha.getextrema()[3][0] < 255:
            ground = Image.new("RGBA", with_alpha.size, rule.background)
            return Image.alpha_composite(ground, with_alpha).convert("RGB")
    return image.convert("RGB")
