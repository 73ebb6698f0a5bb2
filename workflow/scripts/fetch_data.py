"""Download a public data set with torchvision."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from cbal.cli import parser, run
from cbal.errors import InputError

DATASETS = {"cifar10": "CIFAR10", "eurosat": "EuroSAT"}


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line and download; the folder exists only after a whole download."""
    cli = parser(__doc__)
    cli.add_argument("--source", choices=DATASETS, required=True)
    cli.add_argument("--out", type=Path, required=True, help="folder to make")
    arguments = cli.parse_args(argv)

    from torchvision import datasets

    part = arguments.out.with_name(f"{arguments.out.name}.part")
    # Torchvision does not count EuroSAT's images, so it would accept part of a killed download.
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        getattr(datasets, DATASETS[arguments.source])(str(part), download=True)
    except (OSError, RuntimeError) as error:
        raise InputError(
            f"{arguments.source}: cannot be downloaded ({error}); without a network set `path:` of "
            "the data set to a Parquet file or folder, a zip, or a folder of class folders"
        ) from error
    shutil.rmtree(arguments.out, ignore_errors=True)
    part.rename(arguments.out)


if __name__ == "__main__":
    run(main)
