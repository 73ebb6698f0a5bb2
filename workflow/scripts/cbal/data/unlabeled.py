"""Reading of images without labels, which may differ in size and orientation or be damaged."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.lib.format import open_memmap

from cbal.data.decoding import USUAL, Rule, decode
from cbal.data.files_found import in_folder, lines
from cbal.data.limits import check_rows
from cbal.data.listing import Listing
from cbal.data.prepare import square
from cbal.errors import InputError
from cbal.storage.files import atomic
from cbal.wording import counted

UNREADABLE = "not readable as an image"
FILES_AT_ONCE = 256  # files that are read before their pixels are stored


@dataclass(frozen=True)
class Found:
    """The images of a source that can be read.

    Attributes:
        files: names of the n images.
        pixels: uint8[n, H, W, C].
        broken: for each image that cannot be read a line that says why.
        left_out: for each reason the names of files left out, these images among them.
    """

    files: Sequence[str]
    pixels: np.ndarray
    broken: Sequence[str]
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)


def read_files(root: Path, side: int, store: Path, threads: int = 1, rule: Rule = USUAL) -> Found:
    """Return the images in a folder, at any depth, upright and cropped to side x side.

    Args:
        root: the folder.
        side: side of the images in pixels.
        store: folder for a temporary file of the pixels, deleted when they are not used any more.
        threads: threads that decode images.
        rule: rule of the data set.

    Raises:
        InputError: there is no such folder, or no image in it can be read.
    """
    if not root.is_dir():
        raise InputError(f"{root}: no such folder; mend `path:` of the data set")
    found = in_folder(root)
    check_rows(len(found.images), str(root), rule)
    files, broken, pixels = [], [], None
    store.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=store) as file:
        for name, image in zip(found.images, _decoded(root, found.images, side, threads, rule)):
            if isinstance(image, InputError):
                broken.append(str(image))
                found.leave_out(UNREADABLE, name)
            else:
                file.write(image.tobytes())
                files.append(name)
        if files:
            file.flush()
            pixels = np.memmap(file, np.uint8, "r", shape=(len(files), side, side, 3))
    if pixels is None:
        why = [*broken, *lines(found.left_out)][:1]
        raise InputError("; ".join([f"{root}: no image in it that can be read", *why]))
    return Found(files, pixels, broken, found.left_out)


def _decoded(
    root: Path, names: Sequence[str], side: int, threads: int, rule: Rule
) -> Iterator[np.ndarray | InputError]:
    """Yield for each name the image, or the error that says why it cannot be read."""

    def read(name: str) -> np.ndarray | InputError:
        try:
            # Twice the side is enough pixels for the same quality after resizing.
            return square(decode(root / name, str(root / name), rule, 2 * side), side)
        except InputError as error:
            return error

    rest = iter(names)
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        while part := list(islice(rest, FILES_AT_ONCE)):
            yield from pool.map(read, part)


def read_listing(listing: Listing, side: int | None) -> Found:
    """Return the images of a labeled source without using its labels.

    Raises:
        InputError: an image cannot be read, or sizes differ and `side` is None.
    """
    images = list(listing.read(range(len(listing.source))))
    images = [square(image, side) for image in images] if side else images
    if len({image.shape for image in images}) > 1:
        raise InputError("images of different sizes; set `side:` of the data set")
    return Found(list(listing.source), np.stack(images), (), listing.left_out)


def split(
    n: int, subset: int | None, validation: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of the images to label, and of the validation images, ascending.

    Args:
        n: number of images.
        subset: number of images to keep; None keeps all.
        validation: number of validation images, by which accuracy is measured.
        rng: draws both.

    Raises:
        InputError: no image is left to label.
    """
    kept = rng.permutation(n)[: n if subset is None else subset]
    if validation >= len(kept):
        raise InputError(
            f"validation: {validation} of {counted(len(kept), 'image')} leave none to label; ask "
            "for fewer"
        )
    return np.sort(kept[validation:]), np.sort(kept[:validation])


def write_rows(path: Path, found: Found, train: np.ndarray, test: np.ndarray) -> pa.Table:
    """Write `images.npy`, training samples first, and return its index."""
    kept = np.concatenate([train, test])
    with atomic(path) as temporary:
        pixels = open_memmap(temporary, "w+", np.uint8, (len(kept), *found.pixels.shape[1:]))
        for start in range(0, len(kept), FILES_AT_ONCE):
            part = kept[start : start + FILES_AT_ONCE]
            pixels[start : start + FILES_AT_ONCE] = found.pixels[part]
        pixels.flush()
        del pixels
    return pa.table(
        {
            "sample_id": pa.array(np.arange(len(kept)), pa.int64()),
            "split": ["train"] * len(train) + ["test"] * len(test),
            "source": pa.array([found.files[i] for i in kept], pa.string()),
        }
    )
