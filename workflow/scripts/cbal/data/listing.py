"""What a source of images is to the rest: a `Listing`."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Listing:
    """All images of a source, before any is decoded.

    Attributes:
        source: of each of n images, its file name or index in the original.
        label: int16[n], its class.
        split: of each image "train", "test" or "validation", or None where the source has
            no split.
        classes: class names; labels index them.
        read: given ascending indices, yields those images as uint8[H, W, C].
        left_out: names of files and folders that are not among them, by reason.
        notes: what the log should say of how the source was read, a line each.
    """

    source: Sequence[str]
    label: np.ndarray
    split: np.ndarray | None
    classes: Sequence[str]
    read: Callable[[Iterable[int]], Iterator[np.ndarray]]
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)
    notes: Sequence[str] = ()
