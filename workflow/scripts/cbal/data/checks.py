"""Checks of a prepared data set: files left out, duplicates, images of nearly one value."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from cbal.data.decoding import Rule
from cbal.data.files_found import PAGES, counts, lines
from cbal.storage.files import open_images
from cbal.wording import counted

FLAT = 16  # range of levels, of 255; 4,096 gray levels stored in 16 bits have at most this range
MOST_NAMED = 5  # images that a note names

Within = dict[str, list[tuple[int, int]]]
Across = dict[tuple[str, str], list[tuple[int, int]]]


@dataclass
class Findings:
    """Findings in the pixels of a data set.

    Attributes:
        duplicates: for each split the number of images equal to an earlier image of it.
        across: for two splits, as "train and test", the number of distinct images in both.
        flat: number of images whose pixels are nearly all one value.
        notes: lines for the log.
        warnings: lines for the summary of the results.
    """

    duplicates: dict[str, int] = field(default_factory=dict)
    across: dict[str, int] = field(default_factory=dict)
    flat: int = 0
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def as_metadata(self) -> dict[str, Any]:
        """Return the findings for the metadata of `index.parquet`."""
        return {"findings": {k: v for k, v in asdict(self).items() if k != "notes"}}


def report(
    images: Path, index: pa.Table, rule: Rule, left_out: Mapping[str, Sequence[str]]
) -> tuple[list[str], dict[str, Any]]:
    """Return lines for the log about a prepared data set, and metadata for its `index.parquet`.

    Args:
        images: `images.npy`, whose rows are the samples of the index.
        index: columns split and source.
        rule: rule by which the images were decoded.
        left_out: for each reason the names of the files and folders that are not samples.
    """
    if rule.paged:
        left_out = {**left_out, PAGES: rule.paged}
    splits, sources = index["split"].to_pylist(), index["source"].to_pylist()
    findings = examine(open_images(images), splits, sources)
    told = {**rule.as_metadata(), **counts(left_out), **findings.as_metadata()}
    return [*lines(left_out), *findings.notes], told


def remarks(dataset: str, metadata: dict[str, Any]) -> list[str]:
    """Return the warnings about a data set for a table of results, one line each.

    Args:
        dataset: title of the data set.
        metadata: metadata of its `index.parquet`.
    """
    return [f"{dataset}: {line}" for line in metadata.get("findings", {}).get("warnings", ())]


def examine(images: np.ndarray, split: Sequence[str], source: Sequence[str]) -> Findings:
    """Return duplicates, and images of nearly one value, in a prepared data set.

    Args:
        images: uint8[N, H, W, C], in the order of `sample_id`.
        split: split of each image, train, test or validation.
        source: names of the images.
    """
    digests, flat = np.empty(len(images), "S16"), []
    for i, image in enumerate(images):
        digests[i] = hashlib.blake2b(np.ascontiguousarray(image), digest_size=16).digest()
        if int(image.max()) - int(image.min()) <= FLAT:
            flat.append(i)
    _, group, sizes = np.unique(digests, return_inverse=True, return_counts=True)
    findings = Findings()
    _add_duplicates(findings, *_equal(group, sizes, split), source)
    _add_flat(findings, flat, len(sizes), source)
    return findings


def _equal(group: np.ndarray, sizes: np.ndarray, split: Sequence[str]) -> tuple[Within, Across]:
    """Return the pairs of equal images within splits and across splits, the earlier image first.

    Args:
        group: int64[N], number of each image's group of equal images.
        sizes: int64[groups], number of images in each group.
        split: split of each image.
    """
    first: dict[int, dict[str, int]] = {}
    within: Within = {}
    across: Across = {}
    for i in np.flatnonzero(sizes[group] > 1).tolist():
        places, kind = first.setdefault(group[i], {}), split[i]
        if kind in places:
            within.setdefault(kind, []).append((places[kind], i))
            continue
        for other, at in places.items():
            across.setdefault((other, kind), []).append((at, i))
        places[kind] = i
    return within, across


def _add_duplicates(
    findings: Findings,
    within: Within,
    across: Across,
    source: Sequence[str],
) -> None:
    """Add equal images within a split, and across splits, to the findings."""
    for kind, equal in within.items():
        findings.duplicates[kind] = len(equal)
        findings.notes.append(
            f"exact duplicates: {_images(len(equal))} equal to another image of {kind} "
            f"({_pairs(equal, source)})"
        )
    for (one, other), equal in across.items():
        names = f"{one} and {other}"
        findings.across[names] = len(equal)
        line = f"{_images(len(equal))} in both {names}: exact duplicates"
        findings.notes.append(f"warning: {line} ({_pairs(equal, source)})")
        if one == "train":
            findings.warnings.append(f"{line}, so accuracy on {other} may be too high")


def _add_flat(findings: Findings, flat: list[int], distinct: int, source: Sequence[str]) -> None:
    """Add images of nearly one value, and a data set of equal images, to the findings."""
    n, lines = len(source), []
    if n > 1 and distinct == 1:
        lines.append(f"all {n} images are equal: there is nothing to learn from them")
    if flat:
        findings.flat = len(flat)
        findings.notes.append(
            f"nearly all one value: {len(flat)} of {counted(n, 'image')} "
            f"({_first_names([source[i] for i in flat])})"
        )
    if 2 * len(flat) > n:
        lines.append(
            f"{len(flat)} of {_images(n)} nearly all one value; if their files have more than 8 "
            "bits, set `values: [black, white]` of the data set to what they use"
        )
    findings.notes.extend(f"warning: {line}" for line in lines)
    findings.warnings.extend(lines)


def _images(n: int) -> str:
    return counted(n, "image is", "images are")


def _pairs(equal: Sequence[tuple[int, int]], source: Sequence[str]) -> str:
    return _first_names([f"{source[b]} = {source[a]}" for a, b in equal])


def _first_names(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (
        f" and {len(names) - MOST_NAMED} more" * (len(names) > MOST_NAMED)
    )
