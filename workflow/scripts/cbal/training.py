"""Training: plain SGD on the labeled samples, from the initial weights of the seed."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.optim.sgd import sgd

from cbal.cli import say
from cbal.errors import InputError
from cbal.images import Batches


@dataclass(frozen=True)
class Training:
    """How a model is trained: SGD without a scheduler, as the paper's section 4."""

    epochs: int
    batch_size: int
    learning_rate: float
    momentum: float
    weight_decay: float


class Sgd:
    """PyTorch's SGD by its functional form.

    `torch.optim.SGD` imports the compiler when it is made, which costs more than a small
    round's whole training.
    """

    def __init__(self, model: nn.Module, how: Training):
        """Start without momentum."""
        self.model = model
        self.how = how
        self.momentum: list[torch.Tensor | None] = []

    @torch.no_grad()
    def step(self) -> None:
        """Move the parameters along their gradients; unused ones have none and stay."""
        used = [parameter for parameter in self.model.parameters() if parameter.grad is not None]
        self.momentum = self.momentum or [None] * len(used)
        sgd(
            used,
            [parameter.grad for parameter in used],
            self.momentum,
            fused=True,
            weight_decay=self.how.weight_decay,
            momentum=self.how.momentum,
            lr=self.how.learning_rate,
            dampening=0,
            nesterov=False,
            maximize=False,
        )


def fit(
    model: nn.Module, batches: Batches, labels: np.ndarray, how: Training, rng: np.random.Generator
) -> None:
    """Train the model in place; one log line an epoch.

    Args:
        model: on the device of `batches`.
        batches: n labeled images.
        labels: int16[n], their labels.
        how: epochs and optimizer settings.
        rng: draws the order of the images, anew in each epoch.

    Raises:
        InputError: the loss is not a number.
    """
    if not len(batches):
        say("no label yet: the model stays as it is")
        return
    device = batches.pixels.device
    target = torch.from_numpy(labels.astype(np.int64)).to(device)
    optimizer = Sgd(model, how)
    model.train()
    for epoch in range(1, how.epochs + 1):
        order = torch.from_numpy(rng.permutation(len(batches))).to(device)
        loss = _epoch(model, batches, target, order, how.batch_size, optimizer)
        say(f"epoch {epoch}/{how.epochs}: training loss {loss:.4f}")
        check_finite(loss, f"training loss of epoch {epoch}", how)


def check_finite(loss: float, what: str, how: Training) -> None:
    """Check that a loss is a number.

    Raises:
        InputError: it is not.
    """
    if not math.isfinite(loss):
        raise InputError(
            f"the {what} is {loss}: make `training: learning_rate:` of this data set smaller "
            f"than {how.learning_rate}"
        )


def _epoch(
    model: nn.Module,
    batches: Batches,
    target: torch.Tensor,
    order: torch.Tensor,
    size: int,
    optimizer: Sgd,
) -> float:
    """Make one pass over the images in `order` and return the mean loss."""
    total = torch.zeros((), device=order.device)
    for rows in order.split(size):
        if len(rows) == 1:
            # The variance of one value is undefined, and batch normalisation needs it.
            rows = rows.repeat(2)
        logits = logits_of(model(batches.batch(rows)))
        loss = functional.cross_entropy(logits, target[rows])
        model.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.detach() * len(rows)
    return (total / len(order)).item()


def logits_of(output: torch.Tensor | tuple) -> torch.Tensor:
    """Return the logits; in training GoogLeNet and Inception return auxiliary ones too."""
    return output if isinstance(output, torch.Tensor) else output[0]
