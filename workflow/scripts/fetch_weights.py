"""Find or download pretrained weights, check them, and write them without the head."""

from collections.abc import Sequence
from pathlib import Path

from cbal.cli import parser, run
from cbal.models.model import OWN, write_safetensors
from cbal.models.torchvision_models import module_of
from cbal.models.weights import check_model, check_module, fetch


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, then check names and image size, or also write the weights.

    With `--trainable`, the bytes of an image's activations are printed.
    """
    cli = parser(__doc__)
    cli.add_argument("--architecture", required=True, help="torchvision's name of the model")
    cli.add_argument(
        "--weights", required=True, help="torchvision's name of the weights, or a path"
    )
    cli.add_argument("--image-size", type=int, help="side of the model's input images")
    cli.add_argument(
        "--trainable", help="name of a module: check that the model can be trained from it on"
    )
    what = cli.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="check the names and stop")
    what.add_argument("--out", type=Path, help="safetensors file to write")
    arguments = cli.parse_args(argv)

    if arguments.architecture != OWN:
        check_model(arguments.architecture, arguments.weights, arguments.image_size)
    if arguments.trainable:
        print(check_module(arguments.architecture, arguments.trainable, arguments.image_size))
    if not arguments.check:
        state = fetch(arguments.architecture, arguments.weights)
        module = module_of(arguments.architecture)
        write_safetensors(arguments.out, state, architecture=arguments.architecture, module=module)


if __name__ == "__main__":
    run(main)
