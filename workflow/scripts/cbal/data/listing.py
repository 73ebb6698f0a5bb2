"""The `Listing` that every reader of a source returns."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Listing:
    """The samples of a source, before any of them is decoded.

    Attributes:
        source: file name, index in the original, or id of each of n samples.
        label: int16[n], class of each sample; -1 where it is not read.
        split: split of each sample, "train", "test" or "validation"; None where the source has no
            split.
        classes: class names, indexed by the labels.
        read: given ascending indices, yields these samples: images as uint8[H, W, C], embeddings
            as float32[d].
        left_out: for each reason the names of files and folders that are not samples of it.
        notes: lines for the log on how the source was read.
        files: for each sample the file that shows it, or None; None where `source` names it.
    """

    source: Sequence[str]
    label: np.ndarray
    split: np.ndarray | None
    classes: Sequence[str]
    read: Callable[[Iterable[int]], Iterator[np.ndarray]]
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)
    notes: Sequence[str] = ()
    files: Sequence[str | None] | None = None
