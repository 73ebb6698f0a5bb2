"""Choice of splits and subsets, and the files of a prepared data set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.lib.format import open_memmap
from PIL import Image, ImageOps
from sklearn.model_selection import train_test_split

from cbal.data import splits
from cbal.data.classes import check_split_classes
from cbal.data.listing import Listing
from cbal.errors import InputError
from cbal.storage.files import atomic
from cbal.wording import counted


@dataclass(frozen=True)
class Plan:
    """Which images of a source are kept, and in which size.

    Attributes:
        side: images become side x side pixels; None keeps their size, which must
            be the same for all.
        subset, test_subset: training and test images to keep, stratified; None keeps all.
        test_fraction: share of images drawn for the test split where the source has none.
        split_seed: seed of the split and the subsets; no sweep changes it.
    """

    side: int | None = None
    subset: int | None = None
    test_subset: int | None = None
    test_fraction: float = 0.2
    split_seed: int = 0


def choose(listing: Listing, plan: Plan) -> dict[str, np.ndarray]:
    """Return the indices of the images of each split, ascending: train, test and validation.

    The source's own split is kept. Where it has no test split, test images are drawn from the
    training images; none are drawn for a validation split.

    Args:
        listing: n images.
        plan: fractions, subsets and their seed.

    Raises:
        InputError: a label is outside the classes, there is one class only, or too few images.
    """
    check_labels(listing)
    parts = splits.parts_of(listing.split, len(listing.label))
    train, test = parts["train"], parts["test"]
    if not len(test):
        n_test = splits.drawn(len(train), len(test), plan.test_fraction)
        test = stratified(train, listing.label, n_test, plan.split_seed, "test_fraction")
        train = np.setdiff1d(train, test)
    if not len(train) or not len(test):
        raise InputError(f"{len(train)} training and {len(test)} test images; add some")
    train = stratified(train, listing.label, plan.subset, plan.split_seed, "subset")
    test = stratified(test, listing.label, plan.test_subset, plan.split_seed, "test_subset")
    return {**parts, "train": train, "test": test}


def check_labels(listing: Listing) -> None:
    """Check that labels are within the classes, and that there are at least two classes.

    Raises:
        InputError: they are not.
    """
    wrong = (listing.label < 0) | (listing.label >= len(listing.classes))
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        raise InputError(
            f"{listing.source[i]}: label {listing.label[i]} is outside the "
            f"{counted(len(listing.classes), 'class', 'classes')}; mend the labels or the "
            "class names"
        )
    if len(np.unique(listing.label)) < 2:
        raise InputError("the data set has one class only; there is nothing to learn")


def stratified(
    index: np.ndarray, label: np.ndarray, n: int | None, seed: int, setting: str
) -> np.ndarray:
    """Return n of the indices, ascending, with the same share of each class; None returns all.

    Raises:
        InputError: n is larger than the number of indices, or too small for all classes.
    """
    if n is None or n == len(index):
        return index
    classes, sizes = np.unique(label[index], return_counts=True)
    if n > len(index):
        raise InputError(
            f"{setting}: {counted(n, 'image')} asked for, but there are {len(index)}; ask for fewer"
        )
    if n < len(classes) or sizes.min() < 2 or len(index) - n < len(classes):
        raise InputError(
            f"{setting}: {n} of {len(index)} images cannot hold a share of each of the "
            f"{counted(len(classes), 'class', 'classes')} (the smallest has {sizes.min()}); add "
            "images or change it"
        )
    kept, _ = train_test_split(index, train_size=n, random_state=seed, stratify=label[index])
    return np.sort(kept)


def told_of(
    listing: Listing, parts: Mapping[str, np.ndarray]
) -> tuple[list[str], dict[str, object]]:
    """Return lines for the log on a prepared data set, and the metadata of its files.

    Args:
        listing: the samples of the source.
        parts: the indices of each split, as `choose` returns them.
    """
    sizes = {kind: len(part) for kind, part in parts.items()}
    found = splits.published(listing.split)
    lines = [
        *listing.notes,
        *check_split_classes(listing.label, listing.classes, parts),
        splits.described(found, sizes),
        counted(len(listing.classes), "class", "classes"),
    ]
    return lines, {"classes": list(listing.classes), "published_splits": found, "images": sizes}


def tables(listing: Listing, parts: Mapping[str, np.ndarray]) -> tuple[pa.Table, pa.Table]:
    """Return the index and the truth of a prepared data set, splits in the order of `parts`.

    The index has a column `file` where the source has `files`.
    """
    kept = np.concatenate(list(parts.values()))
    sample_id = pa.array(np.arange(len(kept)), pa.int64())
    split = np.repeat(list(parts), [len(part) for part in parts.values()])
    source = [listing.source[i] for i in kept]
    index = pa.table({"sample_id": sample_id, "split": split.tolist(), "source": source})
    if listing.files is not None:
        files = pa.array([listing.files[i] for i in kept], pa.string())
        index = index.append_column("file", files)
    truth = pa.table({"sample_id": sample_id, "label": pa.array(listing.label[kept], pa.int16())})
    return index, truth


def write_images(path: Path, listing: Listing, kept: Sequence[int], side: int | None) -> None:
    """Write the kept images as uint8[N, H, W, C] in the order of `kept`.

    Args:
        path: path of the `.npy` file.
        listing: source of the images.
        kept: indices of the kept images; row i is image `kept[i]`.
        side: see `Plan`.

    Raises:
        InputError: an image cannot be read, or sizes differ and `side` is None.
    """
    kept = np.asarray(kept)
    order = np.argsort(kept, kind="stable")
    with atomic(path) as temporary:
        pixels = None
        for row, image in zip(order, listing.read(kept[order])):
            image = square(image, side) if side else image
            if pixels is None:
                pixels = open_memmap(temporary, "w+", np.uint8, (len(kept), *image.shape))
            if image.shape != pixels.shape[1:]:
                raise InputError(
                    f"{listing.source[kept[row]]}: {image.shape[1]} x {image.shape[0]} pixels, "
                    f"but others {pixels.shape[2]} x {pixels.shape[1]}; set `side:` of the data set"
                )
            pixels[row] = image
        pixels.flush()
        del pixels


def square(image: np.ndarray, side: int) -> np.ndarray:
    """Return the largest centred square of an image, resized to side x side (bilinear)."""
    if image.shape[:2] == (side, side):
        return image
    gray = image.shape[2] == 1
    resized = ImageOps.fit(
        Image.fromarray(image[..., 0] if gray else image), (side, side), Image.Resampling.BILINEAR
    )
    return np.asarray(resized)[..., None] if gray else np.asarray(resized)
