"""Pixels of encoded images: the one place where an image file is opened.

The data set, a person's folder and the page's pictures all come from here, so that the model and
the person see the same pixels.
"""

import io
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from cbal.errors import InputError

# `open_image` has a limit of its own, which is a setting and is checked before decoding too.
Image.MAX_IMAGE_PIXELS = None

# Endings of the formats that are opened. Nothing else is, whatever its name: Pillow would start
# other programs for some formats, such as Ghostscript for EPS.
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
WHOLE = {"I", "I;16", "I;16L", "I;16B", "I;16N"}
WHITE_IS_ZERO, SAMPLES_ARE_UNSIGNED = 0, 1  # values of the TIFF tags below
PHOTOMETRIC, BITS, SAMPLE_FORMAT = 262, 258, 339
# Of the largest image that is allowed, as encoded; a file has more in it than pixels.
BYTES_PER_PIXEL, LEAST_BYTES = 4, 2**24


@dataclass(frozen=True)
class Rule:
    """How the encoded images of a data set become pixels: one rule for all of them.

    Attributes:
        background: what transparent pixels are laid on, as white or #rrggbb.
        values: what is black and what is white in images of more than 8 bits, and beyond that.
            None is 0 and 65535 for whole numbers, 0 and 1 for floats, and nothing beyond.
        pixels: of one image, at most.
        rows: images of a source, at most.
        unpacked: bytes that a source's packed files take when they are unpacked, at most.
        paged: names of the images so far of which only the first page was taken.
    """

    background: str = "white"
    values: tuple[float, float] | None = None
    pixels: int = 250_000_000
    rows: int = 10_000_000
    unpacked: int = 200 * 10**9
    paged: list[str] = field(default_factory=list, compare=False, repr=False)

    def as_metadata(self) -> dict[str, Any]:
        """Return what `rule_in` reads, for the metadata of `index.parquet`."""
        return {"decoding": {name: getattr(self, name) for name in KEPT}}


@dataclass(frozen=True)
class Scale:
    """What becomes black and white in an image, and whether its whole numbers have no sign."""

    low: float
    high: float
    unsigned: bool = False


USUAL = Rule()
KEPT = ("background", "values", "pixels")  # what the page's pictures need too


def rule_in(metadata: dict[str, Any]) -> Rule:
    """Return the rule in the metadata of `index.parquet`; the usual one if it has none."""
    kept = dict(metadata.get("decoding", {}))
    values = kept.pop("values", None)
    return Rule(values=tuple(values) if values else None, **kept)


@cache
def formats() -> dict[str, tuple[str, ...]]:
    """Return the formats that are opened, by Pillow's names, with their endings."""
    try:
        import pillow_heif
    except ImportError:
        return FORMATS
    pillow_heif.register_heif_opener()
    return {**FORMATS, "HEIF": HEIF}


@cache
def endings() -> frozenset[str]:
    """Return the endings, in lower case, of the files that are images."""
    return frozenset(ending for several in formats().values() for ending in several)


def is_image(data: bytes | Path) -> bool:
    """Whether a file begins as an image of one of the formats."""
    try:
        with _opened(data):
            return True
    except Exception:
        return False


def decode(
    data: bytes | Path, name: str, rule: Rule = USUAL, fraction: int | None = None
) -> np.ndarray:
    """Return an encoded image as RGB uint8[H, W, 3], turned upright as its EXIF says.

    Of an image with several frames or pages it is the first one.

    Args:
        data: the encoded image, or its file.
        name: for errors.
        rule: of the data set.
        fraction: a JPEG may be decoded at a half, a quarter or an eighth, for little, as long as
            its sides keep so many pixels. None keeps all pixels.

    Raises:
        InputError: it is truncated, not an image, too large, or of a mode that has no rule.
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
            wide = image.mode in WHOLE or image.mode == "F"
            scale = _scale_of(image, name, rule) if wide else None
            upright = ImageOps.exif_transpose(image)
            return np.asarray(_gray(upright, name, rule, scale) if wide else _rgb(upright, rule))
    except InputError:
        raise
    # Of a damaged file Pillow's readers raise whatever they stumble over.
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
    """Return an image of which only the header is read."""
    return Image.open(io.BytesIO(data) if isinstance(data, bytes) else data, formats=[*formats()])


def check_bytes(n: int, name: str, rule: Rule) -> None:
    """Check how many bytes an encoded image takes; raises InputError if it is too many."""
    if n > max(BYTES_PER_PIXEL * rule.pixels, LEAST_BYTES):
        raise InputError(
            f"{name}: {n:,} bytes are too many for one image; take it out, or raise `pixel_limit:`"
        )


def _check_pixels(image: Image.Image, name: str, rule: Rule) -> None:
    """Check an image's size before it is decoded."""
    n = image.width * image.height
    if n > rule.pixels:
        raise InputError(
            f"{name}: {image.width} x {image.height} are {n:,} pixels, over the limit of "
            f"{rule.pixels:,}; raise `pixel_limit:` of the data set, or take it out"
        )


def _check_color(image: Image.Image, name: str, rule: Rule) -> None:
    """Check that there is a rule for an image's colors."""
    if image.mode not in EIGHT_BITS | WHOLE | {"F"}:
        raise InputError(
            f"{name}: pixels of mode {image.mode} have no rule here; store it as RGB or gray"
        )
    # Pillow keeps the upper 8 bits of color images of 16.
    if rule.values and image.mode not in WHOLE and ";16" in str(image.tile[:1]):
        raise InputError(
            f"{name}: color of 16 bits, which `values:` does not scale; store it with 8 bits"
        )


def _tag(image: Image.Image, tag: int) -> int | None:
    """Return a number of a TIFF file; None where there is none."""
    value = getattr(image, "tag_v2", {}).get(tag)
    return value[0] if isinstance(value, tuple) else value


def _scale_of(image: Image.Image, name: str, rule: Rule) -> Scale:
    """Return how an image of more than 8 bits becomes one of 8."""
    if _tag(image, PHOTOMETRIC) == WHITE_IS_ZERO:
        raise InputError(f"{name}: white is 0 in it, in more than 8 bits; store it inverted")
    unsigned = image.mode == "I" and _tag(image, SAMPLE_FORMAT) == SAMPLES_ARE_UNSIGNED
    if rule.values:
        return Scale(*rule.values, unsigned=unsigned)
    if image.mode == "F":
        return Scale(0, 1)
    return Scale(0, 4095 if _tag(image, BITS) == 12 else 65535, unsigned=unsigned)


def _gray(image: Image.Image, name: str, rule: Rule, scale: Scale) -> Image.Image:
    """Return an image of more than 8 bits with 8, as RGB."""
    values = np.asarray(image)
    if scale.unsigned:
        values = values.view(np.uint32)  # Pillow has signed ones only
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
    """Return an image of 8 bits as RGB, with what is transparent laid on the background."""
    if image.has_transparency_data:
        with_alpha = image.convert("RGBA")
        if with_alpha.getextrema()[3][0] < 255:
            ground = Image.new("RGBA", with_alpha.size, rule.background)
            return Image.alpha_composite(ground, with_alpha).convert("RGB")
    return image.convert("RGB")
