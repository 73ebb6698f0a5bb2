"""The pool's pixels: read once, turned into batches on the device."""

from collections.abc import Iterator

import numpy as np
import torch
from torch.nn import functional

from cbal.models import Spec


class Batches:
    """Images of given samples, resized and normalised on the device, batch by batch."""

    def __init__(self, images: np.ndarray, sample_id: np.ndarray, spec: Spec, device: torch.device):
        """Put the samples' uint8 images on the device.

        Args:
            images: uint8[N, H, W, C], as of `files.open_images`.
            sample_id: int64[n], the samples of this loader.
            spec: of the model that will see them.
            device: where the images live and batches are made.
        """
        self.pixels = torch.from_numpy(images[sample_id]).to(device)
        self.spec = spec
        self.mean = torch.tensor(spec.mean, device=device).view(1, -1, 1, 1)
        self.std = torch.tensor(spec.std, device=device).view(1, -1, 1, 1)

    def __len__(self) -> int:
        return len(self.pixels)

    def batch(self, rows: torch.Tensor | slice) -> torch.Tensor:
        """Return float32[rows, C, side, side]: scaled to [0, 1], resized, normalised.

        Resizing is bilinear with antialiasing, as torchvision's resize of a tensor.
        """
        x = self.pixels[rows].permute(0, 3, 1, 2).float().div_(255)
        side = self.spec.image_size
        if x.shape[2:] != (side, side):
            x = functional.interpolate(
                x, (side, side), mode="bilinear", align_corners=False, antialias=True
            )
        return (x - self.mean) / self.std  # a gray image is broadcast to RGB here

    def in_order(self, size: int) -> Iterator[torch.Tensor]:
        """Yield all images in order, `size` at a time."""
        for start in range(0, len(self), size):
            yield self.batch(slice(start, start + size))
