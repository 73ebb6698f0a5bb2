"""The pool's pixels: turned into batches on the device, where they live if they fit."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import numpy as np
import torch
from torch.nn import functional

from cbal.learning.device import moved
from cbal.models.model import Spec

AHEAD = 4  # batches that are read before they are needed, where images stream


class Batches:
    """Images of given samples, resized and normalised on the device, batch by batch.

    The uint8 images are on the device from the start if they fit into `room`. A larger
    pool stays where it is, and a thread reads the next batches while the device works on
    this one. The batches are the same.
    """

    def __init__(
        self,
        images: np.ndarray,
        sample_id: np.ndarray,
        spec: Spec,
        device: torch.device,
        room: float = float("inf"),
    ):
        """Put the samples' images on the device if they fit.

        Args:
            images: uint8[N, H, W, C], as of `files.open_images`.
            sample_id: int64[n], the samples of this loader.
            spec: of the model that will see them.
            device: where batches are made.
            room: bytes on the device that the images may take.
        """
        self.images, self.sample_id = images, sample_id
        self.spec, self.device = spec, device
        fits = len(sample_id) * images[:1].nbytes <= room
        self.pixels = torch.from_numpy(images[sample_id]).to(device) if fits else None
        std = torch.tensor(spec.std, device=device).view(1, -1, 1, 1)
        self.scale = 1 / (255 * std)
        self.shift = -torch.tensor(spec.mean, device=device).view(1, -1, 1, 1) / std

    def __len__(self) -> int:
        return len(self.sample_id)

    def prepare(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return float32[b, C, side, side] of uint8[b, H, W, C]: resized and normalised.

        Resizing is bilinear, with antialiasing where it shrinks, as torchvision's resize
        of a tensor scaled to [0, 1].
        """
        x = pixels.permute(0, 3, 1, 2).float()
        side = self.spec.image_size
        if x.shape[2:] != (side, side):
            # Enlarging, antialiasing does nothing, and does it slowly.
            shrinks = side < max(x.shape[2:])
            x = functional.interpolate(
                x, (side, side), mode="bilinear", align_corners=False, antialias=shrinks
            )
        return torch.addcmul(self.shift, x, self.scale)  # a gray image is broadcast to RGB here

    def in_order(self, size: int) -> Iterator[torch.Tensor]:
        """Yield all images in order, prepared, `size` at a time."""
        if self.pixels is not None:
            parts = iter(self.pixels.split(size))
        else:
            parts = self._streamed(torch.arange(len(self)).split(size))
        return map(self.prepare, parts)

    def pixels_of(self, parts: Iterable[torch.Tensor]) -> Iterator[torch.Tensor]:
        """Yield uint8[b, H, W, C] on the device for each int64[b] of rows (on the CPU)."""
        if self.pixels is None:
            yield from self._streamed(parts)
        else:
            for rows in parts:
                yield self.pixels.index_select(0, moved(rows, self.device))

    def _streamed(self, parts: Iterable[torch.Tensor]) -> Iterator[torch.Tensor]:
        """Read images AHEAD of their use in a thread."""
        parts = iter(parts)
        with ThreadPoolExecutor(1) as thread:
            waiting = deque(thread.submit(self._read, rows) for rows in islice(parts, AHEAD))
            while waiting:
                pixels = waiting.popleft().result()
                waiting.extend(thread.submit(self._read, rows) for rows in islice(parts, 1))
                yield moved(pixels, self.device)

    def _read(self, rows: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(self.images[self.sample_id[rows.numpy()]])
