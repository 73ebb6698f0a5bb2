"""Images without labels, as people have them: of any size, upright or not, some broken."""

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.lib.format import open_memmap
from PIL import Image, ImageOps

from cbal.data.listing import Listing, image_files
from cbal.data.prepare import square
from cbal.errors import InputError
from cbal.files import atomic

TOGETHER = 256  # files that are read before they are stored


@dataclass(frozen=True)
class Found:
    """The images of a source that can be read.

    Attributes:
        files: n names.
        pixels: uint8[n, H, W, C].
        broken: what was left out, and why, a line each.
    """

    files: Sequence[str]
    pixels: np.ndarray
    broken: Sequence[str]


def read_files(root: Path, side: int, store: Path, threads: int = 1) -> Found:
    """Return the images in a folder, at any depth, turned upright, square, side x side.

    Args:
        root: the folder.
        side: in pixels.
        store: folder with room for the pixels, for as long as they are needed.
        threads: that decode.

    Raises:
        InputError: no such folder, or no image in it can be read.
    """
    if not root.is_dir():
        raise InputError(f"{root}: no such folder; mend `path:` of the data set")
    names = image_files(root)
    files, broken, pixels = [], [], None
    store.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=store) as file:
        for name, image in zip(names, _decoded(root, names, side, threads)):
            if isinstance(image, InputError):
                broken.append(str(image))
            else:
                file.write(image.tobytes())
                files.append(name)
        if files:
            file.flush()
            pixels = np.memmap(file, np.uint8, "r", shape=(len(files), side, side, 3))
    if pixels is None:
        raise InputError(
            f"{root}: no image in it that can be read" + "".join(f"; {it}" for it in broken[:1])
        )
    return Found(files, pixels, broken)


def _decoded(
    root: Path, names: Sequence[str], side: int, threads: int
) -> Iterator[np.ndarray | InputError]:
    """Yield each image, or why there is none."""

    def read(name: str) -> np.ndarray | InputError:
        try:
            name.encode()
            return decode(root / name, side)
        except UnicodeEncodeError:
            return InputError(f"{root}: the name {name!r} is not UTF-8")
        except InputError as error:
            return error

    rest = iter(names)
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        while part := list(islice(rest, TOGETHER)):
            yield from pool.map(read, part)


def decode(path: Path, side: int) -> np.ndarray:
    """Return the largest centred square of an image file, upright, uint8[side, side, 3].

    Raises:
        InputError: it is truncated, or not an image.
    """
    try:
        with Image.open(path) as image:
            # JPEG decodes at a half, a quarter or an eighth for little; twice the side keeps
            # what resizing would.
            image.draft("RGB", (2 * side, 2 * side))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"{path}: not a readable image ({error})") from error
    return square(np.asarray(upright), side)


def read_listing(listing: Listing, side: int | None) -> Found:
    """Return the images of a source whose labels nobody looks at.

    Raises:
        InputError: an image cannot be read, or sizes differ and `side` is not set.
    """
    images = list(listing.read(range(len(listing.source))))
    images = [square(image, side) for image in images] if side else images
    if len({image.shape for image in images}) > 1:
        raise InputError("images of different sizes; set `side:` of the data set")
    return Found(list(listing.source), np.stack(images), ())


def split(
    n: int, subset: int | None, validation: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of the images to label, and of those to measure by, ascending.

    Args:
        n: images.
        subset: of them to keep; None keeps all.
        validation: how many to measure by.
        rng: draws both.

    Raises:
        InputError: more are asked for than there are.
    """
    kept = rng.permutation(n)[: n if subset is None else subset]
    if validation >= len(kept):
        raise InputError(
            f"validation: {validation} of {len(kept)} images leave none to label; ask for fewer"
        )
    return np.sort(kept[validation:]), np.sort(kept[:validation])


def write_rows(path: Path, found: Found, train: np.ndarray, test: np.ndarray) -> pa.Table:
    """Write `images.npy`, training samples first; return the index that goes with it."""
    kept = np.concatenate([train, test])
    with atomic(path) as temporary:
        pixels = open_memmap(temporary, "w+", np.uint8, (len(kept), *found.pixels.shape[1:]))
        for start in range(0, len(kept), TOGETHER):
            part = kept[start : start + TOGETHER]
            pixels[start : start + TOGETHER] = found.pixels[part]
        pixels.flush()
        del pixels
    return pa.table(
        {
            "sample_id": pa.array(np.arange(len(kept)), pa.int64()),
            "split": ["train"] * len(train) + ["test"] * len(test),
            "source": pa.array([found.files[i] for i in kept], pa.string()),
        }
    )
