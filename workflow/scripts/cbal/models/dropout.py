"""Dropout of the head's inputs, for training and for Monte-Carlo dropout."""

import torch
from torch import nn
from torch.nn import functional

from cbal.models.model import head


def drop_before_head(model: nn.Module, classes: int, rate: float) -> None:
    """Add dropout of the head's inputs, which acts in training and not in evaluation.

    It is a hook and not a layer, so that the names of the weights do not change. Dropout that the
    architecture has already is kept.

    Args:
        model: changed in place.
        classes: outputs of its head.
        rate: share of the head's inputs that is left out.
    """

    def drop(module: nn.Module, inputs: tuple[torch.Tensor]) -> torch.Tensor:
        return functional.dropout(inputs[0], rate, module.training)

    model.get_submodule(head(model, classes)).register_forward_pre_hook(drop)
