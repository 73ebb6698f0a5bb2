"""The images of the measurement, in the files that the workflow's jobs exchange."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from cbal.data.prepare import tables, write_images
from cbal.data.sources import Listing
from cbal.errors import InputError
from cbal.storage.files import metadata_of, open_images, read_table, write_table

CLASSES = 10


def random_images(train: int, test: int) -> Listing:
    """Return images from which a model can learn, the same ones each time.

    An image is its class's pattern of 8 x 8 colours, moved by some pixels, fainter or
    stronger, under noise.
    """
    n = train + test
    rng = np.random.default_rng(0)
    patterns = rng.normal(0, 1, (CLASSES, 8, 8, 3)).repeat(4, axis=1).repeat(4, axis=2)
    label = rng.integers(CLASSES, size=n).astype(np.int16)

    def read(indices: Iterable[int]) -> Iterator[np.ndarray]:
        for i in indices:
            rng = np.random.default_rng((1, int(i)))
            pattern = np.roll(patterns[label[i]], rng.integers(-4, 5, size=2), axis=(0, 1))
            pixels = 128 + 30 * rng.random() * pattern + rng.normal(0, 50, pattern.shape)
            yield pixels.clip(0, 255).astype(np.uint8)

    split = np.repeat(["train", "test"], [train, test])
    return Listing([str(i) for i in range(n)], label, split, [str(c) for c in range(CLASSES)], read)


def prepared(folder: Path) -> Listing:
    """Return the images of a data set that `prepare_data.py` made.

    Raises:
        InputError: a file is missing, or the images are not RGB.
    """
    index = read_table(folder / "index.parquet", ["split", "source"])
    truth = read_table(folder / "truth.parquet", ["label"])
    images = open_images(folder / "images.npy")
    if images.shape[3] != 3:
        raise InputError(f"{folder}: images have {images.shape[3]} channels; take RGB ones")
    return Listing(
        index["source"].to_pylist(),
        truth["label"].to_numpy(),
        np.array(index["split"].to_pylist()),
        metadata_of(truth)["classes"],
        lambda indices: (images[i] for i in indices),
    )


def write_data(folder: Path, listing: Listing, train: int, test: int) -> None:
    """Write index, truth and images of some images, drawn at random but always the same.

    Raises:
        InputError: there are fewer.
    """
    rng = np.random.default_rng(2)
    chosen = {}
    for split, n in (("train", train), ("test", test)):
        found = np.flatnonzero(listing.split == split)
        if len(found) < n:
            raise InputError(f"{len(found)} {split} images, but {n} are needed")
        chosen[split] = np.sort(rng.permutation(found)[:n])
    index, truth = tables(listing, chosen)
    metadata = {"dataset": "benchmark", "classes": list(listing.classes)}
    write_images(folder / "images.npy", listing, np.concatenate(list(chosen.values())), None)
    write_table(folder / "index.parquet", index, **metadata)
    write_table(folder / "truth.parquet", truth, **metadata)


def as_arrays(data: Path, pool: Path, folder: Path) -> tuple[Path, Path]:
    """Write NumPy files for the toolkits: true labels, and which samples are labeled.

    Args:
        data: folder of `write_data`.
        pool: `pool.parquet` with the labels so far.
        folder: where to write.
    """
    table = read_table(pool, ["sample_id", "label"])
    labeled = table.filter(pc.is_valid(table["label"]))["sample_id"]
    label = read_table(data / "truth.parquet", ["label"])["label"]
    paths = folder / "labels.npy", folder / "labeled.npy"
    for path, column in zip(paths, (label, labeled)):
        np.save(path, column.to_numpy().astype(np.int64))
    return paths
