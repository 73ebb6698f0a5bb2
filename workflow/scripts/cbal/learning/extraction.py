"""Features (the inputs of the head) and probabilities of images."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from cbal.learning.batches import Batches
from cbal.learning.device import Download, Execution, describe, peak_memory_mb
from cbal.learning.inference import ready
from cbal.log import say
from cbal.models.model import head
from cbal.models.passes import Passes
from cbal.wording import counted


class ModelWithHeadInputs:
    """A model ready for inference that also returns the inputs of its head."""

    def __init__(self, model: nn.Module, classes: int, execution: Execution):
        """Prepare the model for inference, and record the inputs of its head."""
        name = head(model, classes)
        self.model, self.execution = ready(model, execution), execution
        self.head = self.model.get_submodule(name)
        self.recorded: list[torch.Tensor] = []
        self.head.register_forward_pre_hook(lambda _, inputs: self.recorded.append(inputs[0]))

    def __call__(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the inputs of the head for the images `x`, and the logits."""
        with self.execution.autocast():
            logits = self.model(x)
        return self.recorded.pop(), logits

    def head_logits(self, given: torch.Tensor) -> torch.Tensor:
        """Return the logits of the head for its inputs, without running the rest of the model."""
        with self.execution.autocast():
            logits = self.head.forward(given)  # without the hook
        # SqueezeNet, the only architecture whose head is a convolution, ends with these two steps.
        return logits.relu().mean((2, 3)) if logits.ndim == 4 else logits


@torch.inference_mode()
def extract(
    model: nn.Module, batches: Batches, execution: Execution
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield features and softmax probabilities, batch by batch.

    Features are the inputs of the model's head, averaged over space where the head is a
    convolution (SqueezeNet). For a ResNet they are the output of the average pooling layer, as
    in the paper's section 4.

    Yields:
        float32[batch, d] and float32[batch, classes].
    """
    model_with_inputs = ModelWithHeadInputs(model, batches.spec.classes, execution)
    outputs = map(model_with_inputs, _in_order(batches, execution))
    yield from downloaded((_feature(given), logits.float().softmax(1)) for given, logits in outputs)


@torch.inference_mode()
def extract_dropping(
    model: nn.Module, batches: Batches, execution: Execution, rate: float, passes: int, seed: int
) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield features, the mean softmax and the terms of passes with Monte-Carlo dropout.

    The images go through the model once. Only the head is run `passes` times, each time with
    other inputs left out (Gal and Ghahramani 2016).

    Args:
        model, batches, execution: as for `extract`.
        rate: share of the head's inputs that a pass leaves out.
        passes: number of passes.
        seed: seed of the inputs that are left out.

    Yields:
        float32[batch, d], float32[batch, classes], and float32[batch] for each of
        `feature_files.TERMS`.
    """
    model_with_inputs = ModelWithHeadInputs(model, batches.spec.classes, execution)
    torch.manual_seed(seed)

    def rows(x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        given, _ = model_with_inputs(x)
        drawn = (
            model_with_inputs.head_logits(functional.dropout(given, rate)) for _ in range(passes)
        )
        return _feature(given), *_summed(drawn, batches)

    yield from downloaded(map(rows, _in_order(batches, execution)))


@torch.inference_mode()
def extract_ensemble(
    models: Sequence[nn.Module], batches: Batches, execution: Execution
) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield the first model's features, and the mean softmax and the terms of all models.

    Yields:
        As `extract_dropping`, where each model is a pass.
    """
    members = [ModelWithHeadInputs(model, batches.spec.classes, execution) for model in models]

    def rows(x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        given, logits = members[0](x)
        others = (member(x)[1] for member in members[1:])
        return _feature(given), *_summed((logits, *others), batches)

    yield from downloaded(map(rows, _in_order(batches, execution)))


def _in_order(batches: Batches, execution: Execution) -> Iterator[torch.Tensor]:
    return batches.in_order(execution.forward_batch_size(batches.spec.image_size))


def _feature(given: torch.Tensor) -> torch.Tensor:
    """Return the features, float32[batch, d], from the inputs of the head."""
    return (given.mean((2, 3)) if given.ndim == 4 else given.flatten(1)).float()


def _summed(logits: Iterable[torch.Tensor], batches: Batches) -> tuple[torch.Tensor, ...]:
    """Return the mean softmax and the terms of passes, given their logits."""
    passes = None
    for part in logits:
        passes = passes or Passes(len(part), batches.spec.classes, batches.device)
        passes.add(part)
    return passes.mean(), *passes.terms()


def downloaded(rows: Iterable[tuple[torch.Tensor, ...]]) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield rows as arrays; each batch is copied while the device computes the next."""
    waiting: deque[Download] = deque()
    for tensors in rows:
        waiting.append(Download(*tensors))
        if len(waiting) > 1:
            yield waiting.popleft().finish()
    while waiting:
        yield waiting.popleft().finish()


def with_progress(parts: Iterable[np.ndarray], n: int) -> Iterator[np.ndarray]:
    """Yield parts that have n rows in total, and log the progress about twenty times."""
    done, next_ = 0, n / 20
    for part in parts:
        yield part
        done += len(part)
        if done >= next_:
            say(f"{done} of {counted(n, 'image')}")
            next_ += n / 20


def timing_of(images: int, seconds: float, device: torch.device) -> dict[str, Any]:
    """Return a row of `timing.parquet` for an extraction, without the keys of the run."""
    return {
        "stage": "extraction",
        "seconds": seconds,
        "images_per_second": images / seconds,
        "peak_memory_mb": peak_memory_mb(device),
        "device": describe(device),
    }
