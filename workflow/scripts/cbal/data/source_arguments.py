"""The command line's way to say where images come from."""

import argparse
from pathlib import Path

from cbal.data.folders import folder
from cbal.data.listing import Listing
from cbal.data.public import digits, torchvision_cifar10
from cbal.data.sources import open_path

SOURCES = ("digits", "cifar10", "eurosat", "folder")


def add_source_arguments(cli: argparse.ArgumentParser) -> None:
    """Add the arguments that say which images of which source are prepared."""
    cli.add_argument("--source", choices=SOURCES, required=True)
    cli.add_argument("--path", type=Path, nargs="?", help="Parquet, zip or folder of the user's")
    cli.add_argument("--download", type=Path, nargs="?", help="folder made by fetch_data.py")
    cli.add_argument("--side", type=int, nargs="?", help="make images side x side pixels")
    cli.add_argument("--subset", type=int, nargs="?", help="training images to keep")
    cli.add_argument("--split-seed", type=int, default=0)


def read_source(source: str, path: Path | None, download: Path | None) -> Listing:
    """Return the listing of a source, from a path by the user or from a download."""
    if source == "digits":
        return digits()
    if path is not None:
        return open_path(path)
    if source == "cifar10":
        return torchvision_cifar10(download)
    return folder(download / "eurosat" / "2750")
