"""Findings in the samples of a prepared data set; samples that are equal to one another."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from cbal.wording import counted

MOST_NAMED = 5  # samples that a note names

Within = dict[str, list[tuple[int, int]]]
Across = dict[tuple[str, str], list[tuple[int, int]]]


@dataclass
class Findings:
    """Findings in the samples of a data set.

    Attributes:
        duplicates: for each split the number of samples equal to an earlier sample of it.
        across: for two splits, as "train and test", the number of distinct samples in both.
        flat: number of images whose pixels are nearly all one value, or of empty texts.
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


def add_duplicates(
    findings: Findings,
    keys: np.ndarray,
    split: Sequence[str],
    source: Sequence[str],
    noun: str = "image",
) -> int:
    """Add equal samples within a split, and across splits, to the findings.

    Args:
        findings: to add to.
        keys: [N], a digest of each sample; equal samples have equal ones.
        split: split of each sample.
        source: names of the samples.
        noun: what a sample is.

    Returns:
        The number of distinct samples.
    """
    _, group, sizes = np.unique(keys, return_inverse=True, return_counts=True)
    within, across = _equal(group, sizes, split)

    def are(n: int) -> str:
        return counted(n, f"{noun} is", f"{noun}s are")

    for kind, equal in within.items():
        findings.duplicates[kind] = len(equal)
        findings.notes.append(
            f"exact duplicates: {are(len(equal))} equal to another {noun} of {kind} "
            f"({_pairs(equal, source)})"
        )
    for (one, other), equal in across.items():
        names = f"{one} and {other}"
        findings.across[names] = len(equal)
        line = f"{are(len(equal))} in both {names}: exact duplicates"
        findings.notes.append(f"warning: {line} ({_pairs(equal, source)})")
        if one == "train":
            findings.warnings.append(f"{line}, so accuracy on {other} may be too high")
    return len(sizes)


def _equal(group: np.ndarray, sizes: np.ndarray, split: Sequence[str]) -> tuple[Within, Across]:
    """Return the pairs of equal samples within splits and across splits, the earlier one first.

    Args:
        group: int64[N], number of each sample's group of equal samples.
        sizes: int64[groups], number of samples in each group.
        split: split of each sample.
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


def _pairs(equal: Sequence[tuple[int, int]], source: Sequence[str]) -> str:
    return first_names([f"{source[b]} = {source[a]}" for a, b in equal])


def first_names(names: Sequence[str]) -> str:
    """Return the first names of a list, and how many more there are."""
    return ", ".join(names[:MOST_NAMED]) + (
        f" and {len(names) - MOST_NAMED} more" * (len(names) > MOST_NAMED)
    )
