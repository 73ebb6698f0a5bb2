"""Dropout of the head's inputs: in training, and in the passes of Monte-Carlo dropout."""

import torch
from torch import nn
from torch.nn import functional

from cbal.models.model import head


def drop_before_head(model: nn.Module, classes: int, rate: float) -> None:
    """Leave out a share of the head's inputs in training, and none in evaluation.

    It is a hook, not a layer: the names of the weights stay as they are. An architecture's own
    dropout stays too.
    """

    def drop(module: nn.Module, inputs: tuple[torch.Tensor]) -> torch.Tensor:
        return functional.dropout(inputs[0], rate, module.training)

    model.get_submodule(head(model, classes)).register_forward_pre_hook(drop)
