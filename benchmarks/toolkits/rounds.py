"""Code that the toolkits' processes share: the initial model, a clock, and the result."""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import nn
from torchvision.models import resnet18

from benchmarks.toolkits.task import Task

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's


class Clock:
    """Seconds of each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of the context to the seconds of a stage."""
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, wrapped so that its time is added to the seconds of a stage."""

        @wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with self.stage(name):
                return function(*args, **kwargs)

        return wrapper


def initial_model(task: Task) -> nn.Module:
    """Return ResNet-18 with the weights that this workflow's `train.py` starts from."""
    torch.manual_seed(task.model_seed)
    model = resnet18(weights=None, num_classes=task.classes)
    if task.weights:
        model.load_state_dict(load_file(task.weights), strict=False)  # they have no head
    return model


def run(one_round: Callable[[Task], dict[str, float]]) -> None:
    """Read the task named on the command line, run the round, write its result."""
    cli = argparse.ArgumentParser()
    cli.add_argument("--task", type=Path, required=True)
    cli.add_argument("--out", type=Path, required=True)
    arguments = cli.parse_args()
    arguments.out.write_text(json.dumps(one_round(Task.read(arguments.task))))
