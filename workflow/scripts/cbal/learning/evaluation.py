"""Evaluation of a model on the test split."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from cbal.learning.batches import Batches
from cbal.learning.device import Execution
from cbal.learning.inference import ready


@torch.inference_mode()
def evaluate(
    model: nn.Module, batches: Batches, truth: np.ndarray, execution: Execution
) -> tuple[float, float]:
    """Return accuracy and mean cross-entropy (nats) on n images.

    Args:
        model: the model, on the device of `batches`.
        batches: the n images.
        truth: int16[n], their true labels.
        execution: how the device is used.
    """
    model = ready(model, execution)
    size = execution.forward_batch_size(batches.spec.image_size)
    with execution.autocast():
        logits = torch.cat([model(x).float() for x in batches.in_order(size)])
    target = torch.from_numpy(truth.astype(np.int64)).to(logits.device)
    accuracy = (logits.argmax(1) == target).double().mean().item()
    return accuracy, functional.cross_entropy(logits, target).item()
