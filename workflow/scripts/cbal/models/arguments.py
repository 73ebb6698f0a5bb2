"""Command-line arguments that say which model every round starts from."""

import argparse
import json
from pathlib import Path

import numpy as np
from torch import nn

from cbal.log import say
from cbal.models.model import Spec, initial, spec_for
from cbal.models.preprocessing import described
from cbal.randomness import of_member, seed_of


def add_model_arguments(cli: argparse.ArgumentParser) -> None:
    """Add the arguments that `initial_model` reads."""
    cli.add_argument(
        "--architecture",
        default="convnet",
        help="convnet, the name of a torchvision model, or timm:NAME",
    )
    cli.add_argument("--weights", type=Path, nargs="?", help="file made by fetch_weights.py")
    cli.add_argument(
        "--image-size",
        type=int,
        nargs="?",
        help="side in pixels of the images that the model gets; default: 224, or timm's",
    )
    cli.add_argument(
        "--preprocessing",
        type=json.loads,
        nargs="?",
        help="JSON of what is changed of how images are made ready: interpolation, crop, mean, std",
    )


def initial_model(
    arguments: argparse.Namespace, images: np.ndarray, classes: int, member: int = 0
) -> tuple[nn.Module, Spec]:
    """Return the initial model for a dataset, seed and member of an ensemble, and its spec."""
    spec = spec_for(
        arguments.architecture,
        classes,
        images.shape[3],
        arguments.image_size,
        arguments.weights,
        arguments.preprocessing,
    )
    say(f"the model gets images of {described(spec)}")
    seed = seed_of(arguments.dataset, arguments.seed, 0, of_member("initial", member))
    return initial(spec, arguments.weights, seed), spec
