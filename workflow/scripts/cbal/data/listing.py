"""The `Listing` that every reader of a source returns."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Listing:
    """The images of a source, before any of them is decoded.

    Attributes:
        source: file name, or index in the original, of each of n images.
        label: int16[n], class of each image.
        split: split of each image, "train", "test" or "validation"; None where the source has no
            split.
        classes: class names, indexed by the labels.
        read: given ascending indices, yields these images as uint8[H, W, C].
        left_out: for each reason the names of files and folders that are not images of it.
        notes: lines for the log on how the source was read.
    """

    source: Sequence[str]
    label: np.ndarray
    split: np.ndarray | None
    classes: Sequence[str]
    read: Callable[[Iterable[int]], Iterator[np.ndarray]]
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)
    notes: Sequence[str] = ()
