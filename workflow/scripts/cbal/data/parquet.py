"""Reader of images in Parquet files, in the format of the Hugging Face hub."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cbal.data import splits
from cbal.data.classes import Labels, join, values_of
from cbal.data.decoding import USUAL, Rule, decode
from cbal.data.files_found import FilesFound, in_folder
from cbal.data.limits import check_parquet
from cbal.data.listing import Listing
from cbal.errors import InputError

IMAGES_AT_ONCE = 128  # images in memory at once
IMAGES = ("img", "image")
PARQUET = ".parquet files"  # the reason that `files_found` gives for these files
LABELS = ("label", "labels", "fine_label")
NUMBERED = re.compile(r"(.*)-(\d+)-of-(\d+)(?:-[^/]*)?\.parquet")
SPLIT = "split"  # name of the column that holds the split in some files


@dataclass(frozen=True)
class Shard:
    """One opened Parquet file.

    Attributes:
        file: path of the file.
        reader: reader of its rows.
        image, label: names of the columns of images and labels.
    """

    file: Path
    reader: pq.ParquetFile
    image: str
    label: str


def parquet(path: Path, rule: Rule = USUAL) -> Listing:
    """Return the images of a Parquet file, or of a folder of them.

    Columns are `img` or `image` (encoded bytes, or a struct with `bytes`) and `label`. The files
    of a folder belong to the split that they, or a folder above them, are named after. A single
    file has no split. Instead of names, a column `split` may hold the split of each row.

    Raises:
        InputError: a file is not whole, a column is missing, or splits or labels are not clear.
    """
    found = in_folder(path) if path.is_dir() else FilesFound()
    names = parquet_files(found) or [path.name]
    root = path if path.is_dir() else path.parent
    kinds = splits_of(names, str(path)) if path.is_dir() else None
    shards = [_open(root / name) for name in names]
    check_parquet((shard.reader for shard in shards), str(path), rule)
    labels = [_labels(shard) for shard in shards]
    sizes = [len(part.values) for part in labels]
    label, classes = join(labels)
    split = np.repeat(kinds, sizes) if kinds else None
    if any(SPLIT in shard.reader.schema_arrow.names for shard in shards):
        split = _split_of_rows(shards, str(path), kinds is not None)

    def read(indices: Iterable[int]) -> Iterator[np.ndarray]:
        wanted, start = np.asarray(list(indices), np.int64), 0
        for shard in shards:
            for batch in _batches(shard):
                data = batch.column(0)
                data = data.field("bytes") if pa.types.is_struct(data.type) else data
                for i in wanted[(wanted >= start) & (wanted < start + len(batch))]:
                    name = f"{shard.file}, image {i}"
                    yield decode(_encoded(data[int(i) - start], name), name, rule)
                start += len(batch)

    return Listing(
        source=[f"{name}/{i}" for name, n in zip(names, sizes) for i in range(n)],
        label=label,
        split=split,
        classes=classes,
        read=read,
        left_out={why: left for why, left in found.left_out.items() if why != PARQUET},
    )


def parquet_files(found: FilesFound) -> list[str]:
    """Return the names of the Parquet files of a folder, relative to it."""
    return sorted(found.left_out.get(PARQUET, ()), key=lambda name: PurePosixPath(name).parts)


def splits_of(names: Sequence[str], where: str) -> list[str] | None:
    """Return the split of each file of a folder, or None if no file is named after a split.

    Args:
        names: names of the files, relative to the folder.
        where: name of the folder, for errors.

    Raises:
        InputError: the files are of several configurations, only some are named after a split, a
            split is not clear, or files are missing or there twice.
    """
    check_numbers(names, where)
    found = [_split_of(name, where) for name in names]
    configurations = dict.fromkeys(folder or "." for folder, _ in found)
    if len(configurations) > 1:
        raise InputError(
            f"{where}: Parquet files of several configurations ({', '.join(configurations)}); "
            "set `path:` to one of them"
        )
    kinds = [kind for _, kind in found]
    if not any(kinds):
        return None
    if None in kinds:
        raise InputError(
            f"{where}: {names[kinds.index(None)]} is not named after a split ({splits.KNOWN}), "
            "but others are; rename it or remove it"
        )
    splits.check_published({kind: kind for kind in kinds}, where)
    return kinds


def check_numbers(names: Sequence[str], where: str) -> None:
    """Check that files numbered like 00001-of-00002 are all there, each once.

    Args:
        names: names of the files, relative to the folder.
        where: name of the folder, for errors.

    Raises:
        InputError: they are not.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    for name in names:
        if numbered := NUMBERED.fullmatch(name):
            found.setdefault(numbered[1], []).append((int(numbered[2]), int(numbered[3])))
    for stem, numbers in found.items():
        if sorted(numbers) != [(i, len(numbers)) for i in range(len(numbers))]:
            i, n = max(numbers)
            raise InputError(
                f"{where}: {len(numbers)} files are named like {stem}-{i}-of-{n}; have each of the "
                f"{n} once: fetch the missing files, and remove those that are there twice"
            )


def _split_of(name: str, where: str) -> tuple[str, str | None]:
    """Return the configuration of a file, which is a folder, and the split of the file or None.

    In plain_text/train/0000.parquet the configuration is plain_text.
    """
    *folders, stem = PurePosixPath(name).with_suffix("").parts
    kinds = [splits.split_in(part, where) for part in folders]
    above = folders[: next((i for i, kind in enumerate(kinds) if kind), len(folders))]
    told = {kind for kind in (*kinds, splits.split_in(stem, where)) if kind}
    if len(told) > 1:
        raise InputError(f"{where}: {name} is named after several splits; rename it")
    return "/".join(above), told.pop() if told else None


def _split_of_rows(shards: Sequence[Shard], where: str, named: bool) -> np.ndarray:
    """Return the split of each row, from the column `split` of all files.

    Args:
        shards: the files.
        where: name of the source, for errors.
        named: whether the files are named after splits too.
    """
    told = []
    for shard in shards:
        if named or SPLIT not in shard.reader.schema_arrow.names:
            raise InputError(
                f"{where}: some files have a column `{SPLIT}`, but others do not, or files are "
                "named after splits too; give the split of all files in one way"
            )
        with input_error_if_damaged(shard.file):
            told += shard.reader.read([SPLIT]).column(SPLIT).to_pylist()
    return splits.of_rows(told, where, SPLIT)


def _open(file: Path) -> Shard:
    """Open a Parquet file and find its columns of images and labels."""
    with input_error_if_damaged(file):
        reader = pq.ParquetFile(file)
    schema = reader.schema_arrow
    image = next((name for name in IMAGES if name in schema.names), None)
    label = next((name for name in LABELS if name in schema.names), None)
    if image is None or label is None:
        raise InputError(
            f"{file}: needs columns img (or image) and label, has {', '.join(schema.names)}"
        )
    kind = schema.field(image).type
    encoded = kind
    if pa.types.is_struct(kind) and kind.get_field_index("bytes") >= 0:
        encoded = kind.field("bytes").type
    if not pa.types.is_binary(encoded) and not pa.types.is_large_binary(encoded):
        paths = pa.types.is_string(kind) or pa.types.is_struct(kind)
        what = "paths, not images" if paths else "no encoded images"
        raise InputError(
            f"{file}: column {image} holds {what} (its type is {kind}); store the bytes of the "
            "image files in it, or set `path:` to a folder of class folders"
        )
    return Shard(file, reader, image, label)


def _labels(shard: Shard) -> Labels:
    """Return the labels and class names of a file."""
    with input_error_if_damaged(shard.file):
        column = shard.reader.read([shard.label]).column(shard.label)
    where = f"{shard.file}, column {shard.label}"
    values = values_of(where, column)
    if values.dtype == object:
        return Labels(where, values, None)
    return Labels(where, values, class_names(shard.reader, shard.label, shard.file))


def class_names(reader: pq.ParquetFile, label: str, file: Path) -> list[str] | None:
    """Return the class names in a file's metadata, or None if it has none.

    Args:
        reader: reader of the file.
        label: name of its column of labels.
        file: its path, for errors.

    Raises:
        InputError: the class names cannot be read.
    """
    metadata = reader.schema_arrow.metadata or {}
    try:
        if b"classes" in metadata:
            return [str(name) for name in json.loads(metadata[b"classes"])]
        info = json.loads(metadata.get(b"huggingface", b"{}")).get("info") or {}
        names = ((info.get("features") or {}).get(label) or {}).get("names")
        return [str(name) for name in names] if names else None
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(
            f"{file}: the class names in its metadata cannot be read ({error}); mend them"
        ) from error


def _encoded(value: pa.Scalar, name: str) -> bytes:
    """Return the bytes of an image.

    Raises:
        InputError: there are none.
    """
    data = value.as_py()
    if not data:
        raise InputError(
            f"{name}: no bytes in it, at most a path; store the bytes of the image files, or set "
            "`path:` to a folder of class folders"
        )
    return data


def _batches(shard: Shard) -> Iterator[pa.RecordBatch]:
    """Yield the column of images in batches."""
    with input_error_if_damaged(shard.file):
        yield from shard.reader.iter_batches(IMAGES_AT_ONCE, columns=[shard.image])


@contextmanager
def input_error_if_damaged(file: Path) -> Iterator[None]:
    """Raise an `InputError` of one line where Arrow finds that a file is damaged."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{file}: not a whole Parquet file ({reason}); fetch it again") from error
