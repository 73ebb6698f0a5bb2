"""Command-line arguments that say where images come from."""

import argparse
from pathlib import Path

from cbal.data.decoding import USUAL, Rule
from cbal.data.folders import folder
from cbal.data.listing import Listing
from cbal.data.public import digits, torchvision_cifar10
from cbal.data.sources import open_path

SOURCES = ("digits", "cifar10", "eurosat", "folder")


def add_source_arguments(cli: argparse.ArgumentParser) -> None:
    """Add the arguments for the source, and for the images of it that are prepared."""
    cli.add_argument("--source", choices=SOURCES, required=True)
    cli.add_argument("--path", type=Path, nargs="?", help="the user's Parquet file, zip or folder")
    cli.add_argument("--download", type=Path, nargs="?", help="folder written by fetch_data.py")
    cli.add_argument("--side", type=int, nargs="?", help="make images side x side pixels")
    cli.add_argument("--subset", type=int, nargs="?", help="training images to keep")
    cli.add_argument("--split-seed", type=int, default=0)
    add_rule_arguments(cli)


def add_rule_arguments(cli: argparse.ArgumentParser) -> None:
    """Add the arguments for the decoding of images, and for the limits of a source."""
    cli.add_argument(
        "--background",
        default=USUAL.background,
        help="color under transparent pixels: white, black or #rrggbb",
    )
    # One argument, not two: argparse takes a negative number with an exponent for an option.
    cli.add_argument("--values", default="", help="values of black and of white: '0 4095'")
    cli.add_argument("--pixel-limit", type=int, default=USUAL.pixels, help="pixels of one image")
    cli.add_argument("--row-limit", type=int, default=USUAL.rows, help="images of the source")
    cli.add_argument(
        "--unpacked-limit", type=int, default=USUAL.unpacked, help="bytes of the unpacked source"
    )


def rule_of(arguments: argparse.Namespace) -> Rule:
    """Return the rule that the arguments of `add_rule_arguments` give."""
    return Rule(
        background=arguments.background,
        values=tuple(map(float, arguments.values.split())) or None,
        pixels=arguments.pixel_limit,
        rows=arguments.row_limit,
        unpacked=arguments.unpacked_limit,
    )


def read_source(
    source: str, path: Path | None, download: Path | None, rule: Rule = USUAL
) -> Listing:
    """Return the listing of a source, from the user's path or from a download."""
    if source == "digits":
        return digits()
    if path is not None:
        return open_path(path, rule)
    if source == "cifar10":
        return torchvision_cifar10(download)
    return folder(download / "eurosat" / "2750", rule)
