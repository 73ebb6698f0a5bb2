"""What a source of images is to the rest: a `Listing`; and which files are images."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image, ImageOps

from cbal.errors import InputError

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm"}


@dataclass(frozen=True)
class Listing:
    """All images of a source, before any is decoded.

    Attributes:
        source: of each of n images, its file name or index in the original.
        label: int16[n], its class.
        split: of each image "train", "test" or "validation", or None where the source has
            no split.
        classes: class names; labels index them.
        read: given ascending indices, yields those images as uint8[H, W, C].
        notes: what the log should say of how the source was read, a line each.
    """

    source: Sequence[str]
    label: np.ndarray
    split: np.ndarray | None
    classes: Sequence[str]
    read: Callable[[Iterable[int]], Iterator[np.ndarray]]
    notes: Sequence[str] = ()


def decode(data: bytes, name: str) -> np.ndarray:
    """Return an encoded image as RGB uint8[H, W, 3], turned upright as its EXIF says.

    Raises:
        InputError: the image is truncated or not an image.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(
            f"{name}: not a readable image ({error}); mend it or take it out"
        ) from error


def image_files(path: Path) -> list[str]:
    """Return the names of the image files in a folder, at any depth, relative to it."""
    files = (e for e in path.rglob("*") if is_image(e.name) and e.is_file())
    names = (str(PurePosixPath(e.relative_to(path))) for e in files)
    return sorted((name for name in names if not is_hidden(name)), key=natural)


def is_image(name: str) -> bool:
    """Whether a file's name says that it is an image."""
    return PurePosixPath(name).suffix.lower() in SUFFIXES


def is_hidden(name: str) -> bool:
    """Whether a file or a folder above it is not the user's, as .ipynb_checkpoints."""
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts)


def natural(name: str) -> list[tuple[int, int | str]]:
    """Return a sort key that puts image 2 before image 10."""
    runs = "".join(c if c.isdigit() else f"\0{c}\0" for c in name).split("\0")
    return [(0, int(run)) if run.isdecimal() else (1, run) for run in runs if run]
