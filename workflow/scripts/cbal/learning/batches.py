"""Batches of the pool's images, resized and normalised on the device, or of their activations."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import numpy as np
import torch
from torch.nn import functional

from cbal.errors import InputError
from cbal.learning.device import moved
from cbal.models.model import Spec
from cbal.models.preprocessing import margins, resized
from cbal.models.trainable import is_module
from cbal.storage.files import HOW_TO_REBUILD

READ_AHEAD = 4  # batches that are read in advance where the images are not on the device


class Batches:
    """Images of chosen samples, resized and normalised on the device, batch by batch.

    The uint8 images are put on the device at the start if they fit into `room`. Otherwise
    they stay in their file, and a thread reads the next batches while the device works on
    the current one. The batches are the same in both cases.

    Where a model is trained from a named module on, the activations before that module take the
    place of the images, and are given to the model as they are.
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
            images: uint8[N, H, W, C], as returned by `files.open_images`; or activations,
                float16 or float32[N, ...], channels last.
            sample_id: int64[n], the samples whose images are returned.
            spec: spec of the model that gets the images.
            device: device on which batches are made.
            room: bytes on the device that the images may take.

        Raises:
            InputError: the model takes activations and gets images, or the other way round; or
                samples are missing.
        """
        self.of_activations = is_module(spec.trainable)
        what = "activations" if self.of_activations else "images"
        if self.of_activations == (images.dtype == np.uint8):
            raise InputError(f"a model with trainable {spec.trainable!r} needs a file of {what}")
        if len(sample_id) and sample_id.max() >= images.shape[0]:
            raise InputError(f"the {what} lack samples of the pool; {HOW_TO_REBUILD}")
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
        """Resize, normalise and crop uint8[b, H, W, C]; return float32[b, C, side, side].

        Resizing is that of torchvision for a tensor scaled to [0, 1], with antialiasing where
        images shrink. Bicubic resizing is PIL's in both directions, rounding aside. Activations
        are returned as float32, in the order that the model takes.
        """
        if self.of_activations:
            x = pixels.permute(0, 3, 1, 2) if pixels.ndim == 4 else pixels
            return x.to(torch.float32, copy=True)  # the model may change them in place
        x = pixels.permute(0, 3, 1, 2).float()
        size = resized(self.spec, *x.shape[2:])
        if x.shape[2:] != size:
            x = self._resize(x, size)
        x = torch.addcmul(self.shift, x, self.scale)  # a gray image is broadcast to RGB here
        side = self.spec.image_size
        if size == (side, side):
            return x
        top, bottom, left, right = (*margins(size[0], side), *margins(size[1], side))
        return functional.pad(x, (left, right, top, bottom))  # 0 is the mean color

    def _resize(self, x: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
        mode = self.spec.interpolation
        # Bilinear antialiasing changes nothing where images grow, and costs time. Of bicubic it
        # also chooses the kernel: that of PIL.
        antialias = mode == "bicubic" or min(size) < max(x.shape[2:])
        x = functional.interpolate(x, size, mode=mode, align_corners=False, antialias=antialias)
        return x.clamp_(0, 255) if mode == "bicubic" else x

    def in_order(self, size: int) -> Iterator[torch.Tensor]:
        """Yield all images in order, resized and normalised, `size` at a time."""
        if self.pixels is not None:
            parts = iter(self.pixels.split(size))
        else:
            parts = self._streamed(torch.arange(len(self)).split(size))
        return map(self.prepare, parts)

    def pixels_of(self, parts: Iterable[torch.Tensor]) -> Iterator[torch.Tensor]:
        """Yield the images of each part, uint8[b, H, W, C] on the device.

        Args:
            parts: rows of the images in each part, int64[b] on the CPU.
        """
        if self.pixels is None:
            yield from self._streamed(parts)
        else:
            for rows in parts:
                yield self.pixels.index_select(0, moved(rows, self.device))

    def _streamed(self, parts: Iterable[torch.Tensor]) -> Iterator[torch.Tensor]:
        """Read the images of each part in a thread, `READ_AHEAD` parts in advance."""
        parts = iter(parts)
        with ThreadPoolExecutor(1) as thread:
            waiting = deque(thread.submit(self._read, rows) for rows in islice(parts, READ_AHEAD))
            while waiting:
                pixels = waiting.popleft().result()
                waiting.extend(thread.submit(self._read, rows) for rows in islice(parts, 1))
                yield moved(pixels, self.device)

    def _read(self, rows: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(self.images[self.sample_id[rows.numpy()]])
