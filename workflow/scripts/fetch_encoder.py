"""Find or download a model of sentence-transformers, check it, and keep a copy."""

from collections.abc import Sequence
from pathlib import Path

from cbal.cli import parser, run
from cbal.models.sentences import fetch


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, write the model."""
    cli = parser(__doc__)
    cli.add_argument("--weights", required=True, help="name of the model on the hub, or its folder")
    cli.add_argument("--out", type=Path, required=True, help="folder to write")
    arguments = cli.parse_args(argv)
    weights = arguments.weights
    fetch(str(Path(weights).expanduser()) if weights.startswith("~") else weights, arguments.out)


if __name__ == "__main__":
    run(main)
