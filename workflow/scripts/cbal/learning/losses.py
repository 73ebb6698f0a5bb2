"""Losses of networks: cross-entropy of labels, or of weighted, smoothed or doubted ones."""

from collections.abc import Callable

import numpy as np
import torch
from torch.nn import functional

from cbal.learning.forgiving import Forgiving, usual

Targets = Callable[[torch.Tensor], torch.Tensor]


def targets_of(labels: np.ndarray, weight: np.ndarray, classes: int, how: Forgiving) -> Targets:
    """Return what makes the targets of a batch from its rows, int64[b].

    Where all labels count alike, targets are the labels, int64[b]. Else they are float32[b, K]: the
    share of each class in a label, times the label's weight. Weights are divided by their mean, so
    that a learning rate means the same with any.

    Args:
        labels: int16[n].
        weight: float32[n], above 0.
        classes: number K of classes.
        how: the settings.
    """
    label = torch.from_numpy(labels.astype(np.int64))
    if usual(weight) and not how.label_smoothing and not how.robustness:
        return label.__getitem__
    relative = torch.from_numpy((weight / weight.mean()).astype(np.float32))
    smoothing = how.label_smoothing

    def targets(rows: torch.Tensor) -> torch.Tensor:
        share = functional.one_hot(label[rows], classes) * (1 - smoothing) + smoothing / classes
        return share * relative[rows, None]

    return targets


def loss_of(logits: torch.Tensor, target: torch.Tensor, robustness: float) -> torch.Tensor:
    """Return the mean loss of a batch, for logits float[b, K] and `targets_of` its rows."""
    if not robustness:
        return functional.cross_entropy(logits, target)
    # By the logarithm: the power of a probability of 0 has no slope.
    power = (robustness * functional.log_softmax(logits, dim=1)).exp()
    return (target * (1 - power)).sum(dim=1).mean() / robustness
