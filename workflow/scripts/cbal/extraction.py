"""Features (the input of the head) and probabilities of many images."""

from collections import deque
from collections.abc import Iterator

import numpy as np
import torch
from torch import nn

from cbal.device import Download, Execution
from cbal.images import Batches
from cbal.inference import ready
from cbal.models import head


@torch.inference_mode()
def extract(
    model: nn.Module, batches: Batches, execution: Execution
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield features and softmax probabilities, batch by batch.

    Features are what the model's head is given, averaged over space where the head is
    a convolution (SqueezeNet): the average pooling layer for a ResNet, as in the
    paper's section 4.

    Yields:
        float16[batch, d] and float32[batch, classes].
    """
    caught: list[torch.Tensor] = []
    name = head(model, batches.spec.classes)
    model = ready(model, execution)
    model.get_submodule(name).register_forward_pre_hook(lambda _, inputs: caught.append(inputs[0]))
    waiting: deque[Download] = deque()
    for x in batches.in_order(execution.forward_batch_size(batches.spec.image_size)):
        with execution.autocast():
            logits = model(x)
        feature = caught.pop()
        feature = feature.mean((2, 3)) if feature.ndim == 4 else feature.flatten(1)
        waiting.append(Download(feature.half(), logits.float().softmax(1)))
        if len(waiting) > 1:  # one is copied while the device computes the next
            yield waiting.popleft().finish()
    while waiting:
        yield waiting.popleft().finish()
