"""Training with SGD on the labeled samples, from the initial weights of the seed."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn
from torch.optim.sgd import sgd

from cbal.errors import InputError
from cbal.learning.batches import Batches
from cbal.learning.cuda_graph import Captured
from cbal.learning.device import Execution, moved
from cbal.learning.forgiving import Forgiving
from cbal.learning.losses import Targets, loss_of, targets_of
from cbal.log import say
from cbal.models.convolution import learn_small_images_faster
from cbal.models.dropout import drop_before_head


@dataclass(frozen=True)
class Training:
    """Settings of training: SGD without a scheduler, as in the paper's section 4.

    `dropout` is the share of the head's inputs that each step leaves out at random.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    momentum: float
    weight_decay: float
    flip: bool = False  # mirror half of the images left to right, drawn in each epoch
    dropout: float = 0.0
    forgiving: Forgiving = field(default_factory=Forgiving)


class Sgd:
    """PyTorch's SGD, called as a function.

    Creating `torch.optim.SGD` imports the compiler, which takes longer than the training of a
    small round.
    """

    def __init__(self, model: nn.Module, how: Training):
        """Start without momentum."""
        self.model = model
        self.how = how
        self.momentum: list[torch.Tensor | None] = []

    @torch.no_grad()
    def step(self) -> None:
        """Update the parameters by their gradients; parameters without a gradient do not change."""
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


class Step:
    """One step of training on the pixels and labels of a batch."""

    def __init__(
        self,
        model: nn.Module,
        prepare: Callable[[torch.Tensor], torch.Tensor],
        how: Training,
        execution: Execution,
    ):
        """Start without momentum."""
        self.model, self.prepare = model, prepare
        self.batch_size, self.robustness = how.batch_size, how.forgiving.robustness
        self.autocast = execution.autocast
        self.optimizer = Sgd(model, how)
        self.compiled = torch.compile(model) if execution.compiled else model

    def __call__(self, pixels: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Train on uint8[b, H, W, C] with `targets_of` them; return the loss before the step."""
        # Code is compiled for one size only; a smaller last batch runs without it.
        model = self.compiled if len(pixels) == self.batch_size else self.model
        with self.autocast():
            logits = logits_of(model(self.prepare(pixels)))
            loss = loss_of(logits, target, self.robustness)
        self.model.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.detach()


def fit(
    model: nn.Module,
    batches: Batches,
    labels: np.ndarray,
    how: Training,
    rng: np.random.Generator,
    execution: Execution,
    weight: np.ndarray | None = None,
) -> None:
    """Train the model in place, and log one line per epoch.

    Args:
        model: the model, on the device of `batches`.
        batches: n labeled images.
        labels: int16[n], their labels.
        how: epochs and optimizer settings.
        rng: draws the order of the images and which are mirrored, in each epoch, and what dropout
            leaves out.
        execution: how the device is used.
        weight: float32[n], above 0, what each label counts; None if all count alike.

    Raises:
        InputError: the loss is not finite.
    """
    if not len(batches):
        say("no label yet: the model stays as it is")
        return
    if execution.device.type == "cpu":
        learn_small_images_faster(model)
    if how.dropout:
        drop_before_head(model, batches.spec.classes, how.dropout)
        torch.manual_seed(int(rng.integers(2**63)))
    weight = np.ones(len(labels), np.float32) if weight is None else weight
    targets = targets_of(labels, weight, batches.spec.classes, how.forgiving)
    step = Step(model, batches.prepare, how, execution)
    if execution.cuda_graphs:
        step = Captured(step, how.batch_size, execution.device)
    model.train()
    for epoch in range(1, how.epochs + 1):
        order = torch.from_numpy(rng.permutation(len(batches)))
        flipped = torch.from_numpy(rng.random(len(batches)) < 0.5) if how.flip else None
        loss = _epoch(batches, targets, order, flipped, how.batch_size, step)
        say(f"epoch {epoch}/{how.epochs}: training loss {loss:.4f}")
        check_finite(loss, f"training loss of epoch {epoch}", how)


def check_finite(loss: float, what: str, how: Training) -> None:
    """Check that a loss is finite.

    Raises:
        InputError: it is not.
    """
    if not math.isfinite(loss):
        raise InputError(
            f"the {what} is {loss}: make `training: learning_rate:` of this data set smaller "
            f"than {how.learning_rate}"
        )


def _epoch(
    batches: Batches,
    targets: Targets,
    order: torch.Tensor,
    flipped: torch.Tensor | None,
    size: int,
    step: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
) -> float:
    """Make one pass over the images in `order` and return the mean loss."""
    total = torch.zeros((), device=batches.device)
    # A single image is repeated: batch normalisation needs a variance, undefined for one value.
    parts = [rows.repeat(2) if len(rows) == 1 else rows for rows in order.split(size)]
    for rows, pixels in zip(parts, batches.pixels_of(parts), strict=True):
        if flipped is not None:
            pixels = mirrored(pixels, moved(flipped[rows], batches.device))
        total += step(pixels, moved(targets(rows), batches.device)) * len(rows)
    return (total / len(order)).item()  # the only wait for the device in an epoch


def mirrored(pixels: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    """Return the pixels, uint8[b, H, W, C], with the chosen images (bool[b]) mirrored."""
    return torch.where(chosen.view(-1, 1, 1, 1), pixels.flip(2), pixels)


def logits_of(output: torch.Tensor | tuple) -> torch.Tensor:
    """Return the logits of an output, without the auxiliary ones of GoogLeNet and Inception."""
    return output if isinstance(output, torch.Tensor) else output[0]
