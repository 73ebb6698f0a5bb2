"""Checks of a prepared data set of texts: files left out, duplicates, empty texts."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from cbal.data.duplicates import Findings, add_duplicates, first_names
from cbal.data.files_found import counts, lines
from cbal.wording import counted


def report(
    texts: pa.ChunkedArray, index: pa.Table, left_out: Mapping[str, Sequence[str]]
) -> tuple[list[str], dict[str, Any]]:
    """Return lines for the log about a prepared data set, and metadata for its `index.parquet`.

    Args:
        texts: the texts, by `sample_id`.
        index: columns split and source.
        left_out: for each reason the names of the files and folders that are not samples.
    """
    findings = examine(texts, index["split"].to_pylist(), index["source"].to_pylist())
    told = {**counts(left_out), **findings.as_metadata()}
    return [*lines(left_out), *findings.notes], told


def examine(texts: pa.ChunkedArray, split: Sequence[str], source: Sequence[str]) -> Findings:
    """Return duplicates and empty texts, which are kept, in a prepared data set.

    Texts are equal, and are empty, but for blanks around them.

    Args:
        texts: the texts, by `sample_id`.
        split: split of each text, train, test or validation.
        source: names of the texts.
    """
    digests, empty = np.empty(len(texts), "S16"), []
    for i, text in enumerate(texts):
        words = text.as_py().strip()
        digests[i] = hashlib.blake2b(words.encode(), digest_size=16).digest()
        if not words:
            empty.append(i)
    findings = Findings()
    add_duplicates(findings, digests, split, source, "text")
    if empty:
        findings.flat = len(empty)
        line = f"{counted(len(empty), 'text is', 'texts are')} empty"
        findings.notes.append(f"warning: {line} ({first_names([source[i] for i in empty])})")
        findings.warnings.append(line)
    return findings
