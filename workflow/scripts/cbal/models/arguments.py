"""Command-line arguments that say which model every round starts from."""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from torch import nn

from cbal.errors import InputError
from cbal.log import say
from cbal.models.model import Spec, head, initial, spec_for
from cbal.models.preprocessing import described
from cbal.models.splitting import split
from cbal.models.trainable import ALL, HEAD, is_module
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
    cli.add_argument(
        "--trainable",
        default=ALL,
        help="all, or the name of a module from which on the model is trained",
    )


def initial_model(
    arguments: argparse.Namespace, inputs: np.ndarray, classes: int, member: int = 0
) -> tuple[nn.Module, Spec]:
    """Return the initial model for a dataset, seed and member of an ensemble, and its spec.

    Args:
        arguments: as parsed. Where `--trainable` names a module, the model is the part from that
            module on.
        inputs: what the model gets: images, or activations before that module.
        classes: outputs of the head.
        member: number in the ensemble.
    """
    spec = _spec_of(arguments, inputs, classes)
    if not is_module(spec.trainable):
        say(f"the model gets images of {described(spec)}")
    return initial(spec, arguments.weights, _seed_of(arguments, member)), spec


def initial_frozen_part(
    arguments: argparse.Namespace, images: np.ndarray, classes: int
) -> tuple[nn.Module, Spec]:
    """Return the part before the module that `--trainable` names, and the whole model's spec.

    Raises:
        InputError: the model cannot be split at the module.
    """
    if not is_module(arguments.trainable):
        raise InputError(f"trainable {arguments.trainable!r}: name a module of the model")
    spec = replace(_spec_of(arguments, images, classes), trainable=ALL)
    say(f"the model gets images of {described(spec)}")
    model = initial(spec, arguments.weights, _seed_of(arguments, 0))
    return split(model, arguments.trainable, head(model, classes))[0], spec


def _spec_of(arguments: argparse.Namespace, inputs: np.ndarray, classes: int) -> Spec:
    # How many channels images have matters to the frozen part only.
    channels = inputs.shape[3] if inputs.dtype == np.uint8 else 3
    spec = spec_for(
        arguments.architecture,
        classes,
        channels,
        arguments.image_size,
        arguments.weights,
        arguments.preprocessing,
    )
    # A fixed encoder is a whole network.
    return replace(spec, trainable=ALL if arguments.trainable == HEAD else arguments.trainable)


def _seed_of(arguments: argparse.Namespace, member: int) -> int:
    return seed_of(arguments.dataset, arguments.seed, 0, of_member("initial", member))
