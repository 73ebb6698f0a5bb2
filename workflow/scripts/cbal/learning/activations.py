"""Activations of images before the module from which on a model is trained."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import nn

from cbal.learning.batches import Batches
from cbal.learning.device import Execution
from cbal.learning.extraction import downloaded
from cbal.learning.inference import ready
from cbal.models.splitting import shape_of_one


@torch.inference_mode()
def activations(frozen: nn.Module, batches: Batches, execution: Execution) -> Iterator[np.ndarray]:
    """Yield the outputs of a frozen part of a model in evaluation mode, batch by batch.

    Args:
        frozen: the part, on the device of `batches`.
        batches: the images.
        execution: how the device is used.

    Yields:
        float32[batch, ...], channels last where there are height and width.

    Raises:
        InputError: the part has no output for each image.
    """
    model = ready(frozen, execution)

    def rows(x: torch.Tensor) -> tuple[torch.Tensor]:
        with execution.autocast():
            y = model(x)
        shape_of_one(y, len(x))
        return (y.permute(0, 2, 3, 1).float() if y.ndim == 4 else y.float(),)

    size = execution.forward_batch_size(batches.spec.image_size)
    for (part,) in downloaded(map(rows, batches.in_order(size))):
        yield part
