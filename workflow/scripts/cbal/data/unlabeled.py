"""Images without labels, as people have them: of any size, upright or not, some broken."""

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

UNREADABLE = "not readable as an image"
TOGETHER = 256  # files that are read before they are stored


@dataclass(frozen=True)
class Found:
    """The images of a source that can be read.

    Attributes:
        files: n names.
        pixels: uint8[n, H, W, C].
        broken: why images were left out that cannot be read, a line each.
        left_out: names of these images and of everything else, by reason.
    """

    files: Sequence[str]
    pixels: np.ndarray
    broken: Sequence[str]
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)


def read_files(root: Path, side: int, store: Path, threads: int = 1, rule: Rule = USUAL) -> Found:
    """Return the images in a folder, at any depth, turned upright, square, side x side.

    Args:
        root: the folder.
        side: in pixels.
        store: folder with room for the pixels, for as long as they are needed.
        threads: that decode.
        rule: of the data set.

    Raises:
        InputError: no such folder, or no image in it can be read.
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
    """Yield each image, or why there is none."""

    def read(name: str) -> np.ndarray | InputError:
        try:
            # Twice the side keeps what resizing would.
            return square(decode(root / name, str(root / name), rule, 2 * side), side)
        except InputError as error:
            return error

    rest = iter(names)
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        while part := list(islice(rest, TOGETHER)):
            yield from pool.map(read, part)


def read_listing(listing: Listing, side: int | None) -> Found:
    """Return the images of a source whose labels nobody looks at.

    Raises:
        InputError: an image cannot be read, or sizes differ and `side` is not set.
    """
    images = list(listing.read(range(len(listing.source))))
    images = [square(image, side) for image in images] if side else images
    if len({image.shape for image in images}) > 1:
        raise InputError("images of different sizes; set `side:` of the data set")
    return Found(list(listing.source), np.stack(images), (), listing.left_out)


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
