"""Evaluation of a model on the test split, and its probabilities for other images."""

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
    logits = _logits(model, batches, execution)
    target = torch.from_numpy(truth.astype(np.int64)).to(logits.device)
    accuracy = (logits.argmax(1) == target).double().mean().item()
    return accuracy, functional.cross_entropy(logits, target).item()


@torch.inference_mode()
def probabilities(model: nn.Module, batches: Batches, execution: Execution) -> np.ndarray:
    """Return float32[n, classes], the softmax of n images; see `evaluate`."""
    return _logits(model, batches, execution).softmax(dim=1).cpu().numpy()


def _logits(model: nn.Module, batches: Batches, execution: Execution) -> torch.Tensor:
    """Return float32[n, classes] on the model's device."""
    model = ready(model, execution)
    size = execution.forward_batch_size(batches.spec.image_size)
    with execution.autocast():
        return torch.cat([model(x).float() for x in batches.in_order(size)])
