"""Readers: every source of images becomes a `Listing`."""

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, ImageOps

from cbal.errors import InputError

CIFAR10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm"}


@dataclass(frozen=True)
class Listing:
    """All images of a source, before any is decoded.

    Attributes:
        source: of each of n images, its file name or index in the original.
        label: int16[n], its class.
        split: of each image "train" or "test", or None where the source has no split.
        classes: class names; labels index them.
        read: given ascending indices, yields those images as uint8[H, W, C].
    """

    source: Sequence[str]
    label: np.ndarray
    split: np.ndarray | None
    classes: Sequence[str]
    read: Callable[[Iterable[int]], Iterator[np.ndarray]]


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


def digits() -> Listing:
    """Return scikit-learn's 1,797 handwritten digits, 8 x 8, gray."""
    from sklearn.datasets import load_digits

    data = load_digits()
    pixels = np.round(data.images * (255 / 16)).astype(np.uint8)[..., None]
    return Listing(
        source=[str(i) for i in range(len(pixels))],
        label=data.target.astype(np.int16),
        split=None,
        classes=[str(name) for name in data.target_names],
        read=lambda indices: (pixels[i] for i in indices),
    )


def torchvision_cifar10(root: Path) -> Listing:
    """Return CIFAR-10 as torchvision downloads it: 50,000 train, 10,000 test, 32 x 32."""
    from torchvision import datasets

    parts = [datasets.CIFAR10(str(root), train=train) for train in (True, False)]
    sizes = [len(part.targets) for part in parts]
    pixels = np.concatenate([part.data for part in parts])
    return Listing(
        source=[f"{name}/{i}" for name, n in zip(("train", "test"), sizes) for i in range(n)],
        label=np.concatenate([part.targets for part in parts]).astype(np.int16),
        split=np.repeat(["train", "test"], sizes),
        classes=CIFAR10,
        read=lambda indices: (pixels[i] for i in indices),
    )


def parquet(path: Path) -> Listing:
    """Return images kept in Parquet as on the Hugging Face hub.

    Columns are `img` or `image` (struct of `bytes` and `path`) and `label`. A folder's
    files belong to the split that their name begins with; a single file has no split.

    Raises:
        InputError: a file is not whole or lacks a column.
    """
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    opened = [_open_parquet(file) for file in files]
    labels, names, splits = [], [], []
    for file, (reader, _, label) in zip(files, opened):
        with _whole(file):
            column = reader.read([label]).column(label)
        labels.append(column.fill_null(-1).to_numpy().astype(np.int64))
        names += [f"{file.name}/{i}" for i in range(len(column))]
        splits.append(_split_of(file.name, len(column)))
    label = np.concatenate(labels)
    published = path.is_dir() and all(part is not None for part in splits)

    def read(indices: Iterable[int]) -> Iterator[np.ndarray]:
        wanted, start = np.asarray(list(indices), np.int64), 0
        for file, (reader, image, _) in zip(files, opened):
            for batch in _batches(file, reader, image):
                data = batch.column(0).field("bytes")
                for i in wanted[(wanted >= start) & (wanted < start + len(batch))]:
                    yield decode(data[int(i) - start].as_py() or b"", f"{file}, image {i}")
                start += len(batch)

    return Listing(
        source=names,
        label=label,
        split=np.concatenate(splits) if published else None,
        classes=_parquet_classes(opened[0][0], opened[0][2], label),
        read=read,
    )


def zip_archive(path: Path) -> Listing:
    """Return the images of a zip of class folders, at any depth in it.

    Raises:
        InputError: the archive is not whole.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: not a whole zip archive ({error}); fetch it again") from error
    entries = [info for info in archive.infolist() if _is_image(info.filename)]
    folders = {info.filename for info in archive.infolist() if info.is_dir()}

    def load(name: str) -> bytes:
        try:
            return archive.read(name)
        except (OSError, RuntimeError, zipfile.BadZipFile, zipfile.zlib.error) as error:
            raise InputError(f"{path}: {name} cannot be read ({error}); fetch it again") from error

    return _class_folders([info.filename for info in entries], folders, load, str(path))


def folder(path: Path) -> Listing:
    """Return the images of a folder of class folders, at any depth in it.

    Folders named `train` and `test` above the class folders are the published split.

    Raises:
        InputError: no class folder, or an empty one.
    """
    names = image_files(path)
    folders = {str(PurePosixPath(e.relative_to(path))) for e in path.rglob("*") if e.is_dir()}

    def load(name: str) -> bytes:
        try:
            return (path / name).read_bytes()
        except OSError as error:
            raise InputError(f"{path / name}: cannot be read ({error.strerror})") from error

    return _class_folders(names, folders, load, str(path))


def image_files(path: Path) -> list[str]:
    """Return the names of the image files in a folder, at any depth, relative to it."""
    files = (e for e in path.rglob("*") if _is_image(e.name) and e.is_file())
    names = (str(PurePosixPath(e.relative_to(path))) for e in files)
    return sorted((name for name in names if not _is_hidden(name)), key=_natural)


def open_path(path: Path) -> Listing:
    """Return the listing of a Parquet file or folder of them, a zip, or a folder.

    Raises:
        InputError: the path is missing or none of these.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file or folder; mend `path:` of the data set")
    if path.suffix == ".zip":
        return zip_archive(path)
    if path.suffix == ".parquet" or (path.is_dir() and any(path.rglob("*.parquet"))):
        return parquet(path)
    if path.is_dir():
        return folder(path)
    raise InputError(f"{path}: neither Parquet, nor a zip, nor a folder of class folders")


def _class_folders(
    names: Sequence[str], folders: Iterable[str], load: Callable[[str], bytes], where: str
) -> Listing:
    """Return the listing of files whose last folder is their class."""
    names = sorted((name for name in names if not _is_hidden(name)), key=_natural)
    parts = [PurePosixPath(name).parts for name in names]
    if any(len(part) < 2 for part in parts):
        stray = names[[len(part) < 2 for part in parts].index(True)]
        raise InputError(f"{where}: {stray} is in no class folder; move it into one")
    if not names:
        raise InputError(f"{where}: no image in it; it should hold a folder for each class")
    used = {str(PurePosixPath(name).parent) for name in names}
    above = {str(parent) for name in used for parent in PurePosixPath(name).parents}
    for name in sorted(str(PurePosixPath(f)) for f in folders):
        if name not in used | above and not _is_hidden(name):
            raise InputError(f"{where}: class folder {name} has no image; fill it or remove it")
    classes = sorted({part[-2] for part in parts})
    number = {name: i for i, name in enumerate(classes)}
    splits = [part[-3] if len(part) > 2 else "" for part in parts]
    published = set(splits) == {"train", "test"}

    return Listing(
        source=names,
        label=np.array([number[part[-2]] for part in parts], np.int16),
        split=np.array(splits) if published else None,
        classes=classes,
        read=lambda indices: (decode(load(names[i]), f"{where}/{names[i]}") for i in indices),
    )


def _is_image(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in SUFFIXES


def _is_hidden(name: str) -> bool:
    """Whether a file or a folder above it is not the user's, as .ipynb_checkpoints."""
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts)


def _natural(name: str) -> list[tuple[int, int | str]]:
    """Return a sort key that puts image 2 before image 10."""
    runs = "".join(c if c.isdigit() else f"\0{c}\0" for c in name).split("\0")
    return [(0, int(run)) if run.isdecimal() else (1, run) for run in runs if run]


def _open_parquet(file: Path) -> tuple[pq.ParquetFile, str, str]:
    """Return a Parquet file with the names of its image and label columns."""
    with _whole(file):
        reader = pq.ParquetFile(file)
    schema = reader.schema_arrow
    columns = schema.names
    image = next((name for name in ("img", "image") if name in columns), None)
    label = next((name for name in ("label", "labels", "fine_label") if name in columns), None)
    if image is None or label is None:
        raise InputError(
            f"{file}: needs columns img (or image) and label, has {', '.join(columns)}"
        )
    kind = schema.field(image).type
    if not pa.types.is_struct(kind) or kind.get_field_index("bytes") < 0:
        raise InputError(f"{file}: column {image} is {kind}, not a struct with encoded `bytes`")
    if not pa.types.is_integer(schema.field(label).type):
        raise InputError(f"{file}: column {label} is {schema.field(label).type}, not numbers")
    return reader, image, label


def _split_of(name: str, n: int) -> np.ndarray | None:
    for split in ("train", "test"):
        if name.startswith(split):
            return np.repeat(split, n)
    return None


def _batches(file: Path, reader: pq.ParquetFile, column: str) -> Iterator[pa.RecordBatch]:
    """Yield a column in parts."""
    with _whole(file):
        yield from reader.iter_batches(1024, columns=[column])


@contextmanager
def _whole(file: Path) -> Iterator[None]:
    """Turn what Arrow says of a damaged file into an error of one line."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{file}: not a whole Parquet file ({reason}); fetch it again") from error


def _parquet_classes(reader: pq.ParquetFile, column: str, label: np.ndarray) -> list[str]:
    """Return class names from the file's metadata, or numbers where it has none."""
    metadata = reader.schema_arrow.metadata or {}
    if b"classes" in metadata:
        return json.loads(metadata[b"classes"])
    features = json.loads(metadata.get(b"huggingface", b"{}")).get("info", {}).get("features", {})
    names = features.get(column, {}).get("names")
    if names:
        return names
    return [str(i) for i in range(int(label.max(initial=-1)) + 1)]
