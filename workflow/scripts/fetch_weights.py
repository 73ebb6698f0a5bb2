"""Find or download pretrained weights, check them, and write them without the head."""

from collections.abc import Sequence
from pathlib import Path

import torch

from cbal.cli import parser, run
from cbal.models import timm_weights, weights
from cbal.models.model import OWN, write_safetensors
from cbal.models.names import is_timm
from cbal.models.torchvision_models import module_of


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, then check names and image size, or also write the weights.

    With `--check --trainable`, the bytes of an image's activations are printed.
    """
    cli = parser(__doc__)
    cli.add_argument(
        "--architecture", required=True, help="torchvision's name of the model, or timm:NAME"
    )
    cli.add_argument(
        "--weights", required=True, help="name of the weights (of timm's: pretrained), or a path"
    )
    cli.add_argument("--image-size", type=int, nargs="?", help="side of the model's input images")
    cli.add_argument(
        "--trainable", help="name of a module: check that the model can be trained from it on"
    )
    what = cli.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--check", action="store_true", help="check the names, print a timm model's size, and stop"
    )
    what.add_argument("--out", type=Path, help="safetensors file to write")
    arguments = cli.parse_args(argv)

    words = arguments.architecture, arguments.weights, arguments.image_size
    if arguments.check:
        check(*words, arguments.trainable)
    else:
        state, metadata = fetch(*words)
        write_safetensors(arguments.out, state, **metadata)


def check(
    architecture: str, name: str, image_size: int | None, trainable: str | None = None
) -> None:
    """Check the names; print the side of a timm model's images, then what activations take."""
    if is_timm(architecture):
        image_size = timm_weights.check(architecture, name, image_size)
        print(image_size)
    elif architecture != OWN:
        weights.check_model(architecture, name, image_size)
    if trainable:
        print(weights.check_module(architecture, trainable, image_size))


def fetch(
    architecture: str, name: str, image_size: int | None
) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Return the weights and what a job needs to know of them."""
    if is_timm(architecture):
        return timm_weights.fetch(architecture, name, image_size)
    weights.check_model(architecture, name, image_size)
    metadata = {"architecture": architecture, "module": module_of(architecture)}
    return weights.fetch(architecture, name), metadata


if __name__ == "__main__":
    run(main)
