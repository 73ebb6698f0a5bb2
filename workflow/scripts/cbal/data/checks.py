"""Checks of a prepared data set: files left out, duplicates, images of nearly one value."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from cbal.data.decoding import Rule
from cbal.data.duplicates import Findings, add_duplicates, first_names
from cbal.data.files_found import PAGES, counts, lines
from cbal.storage.files import open_images
from cbal.wording import counted

FLAT = 16  # range of levels, of 255; 4,096 gray levels stored in 16 bits have at most this range


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
    findings = Findings()
    distinct = add_duplicates(findings, digests, split, source)
    _add_flat(findings, flat, distinct, source)
    return findings


def _add_flat(findings: Findings, flat: list[int], distinct: int, source: Sequence[str]) -> None:
    """Add images of nearly one value, and a data set of equal images, to the findings."""
    n, lines = len(source), []
    if n > 1 and distinct == 1:
        lines.append(f"all {n} images are equal: there is nothing to learn from them")
    if flat:
        findings.flat = len(flat)
        findings.notes.append(
            f"nearly all one value: {len(flat)} of {counted(n, 'image')} "
            f"({first_names([source[i] for i in flat])})"
        )
    if 2 * len(flat) > n:
        lines.append(
            f"{len(flat)} of {counted(n, 'image is', 'images are')} nearly all one value; if their "
            "files have more than 8 bits, set `values: [black, white]` of the data set to what they"
            " use"
        )
    findings.notes.extend(f"warning: {line}" for line in lines)
    findings.warnings.extend(lines)
