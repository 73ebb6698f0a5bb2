"""The command line's way to say where images come from."""

import argparse
from pathlib import Path

from cbal.data.decoding import USUAL, Rule
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
    add_rule_arguments(cli)


def add_rule_arguments(cli: argparse.ArgumentParser) -> None:
    """Add the arguments that say how encoded images become pixels, and how many there may be."""
    cli.add_argument("--background", default=USUAL.background, help="white, black or #rrggbb")
    # One word: argparse takes a negative number with an exponent for an option.
    cli.add_argument("--values", default="", help="what is black, and what is white: '0 4095'")
    cli.add_argument("--pixel-limit", type=int, default=USUAL.pixels, help="of one image")
    cli.add_argument("--row-limit", type=int, default=USUAL.rows, help="images of the source")
    cli.add_argument("--unpacked-limit", type=int, default=USUAL.unpacked, help="bytes")


def rule_of(arguments: argparse.Namespace) -> Rule:
    """Return the rule that `add_rule_arguments` asked for."""
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
    """Return the listing of a source, from a path by the user or from a download."""
    if source == "digits":
        return digits()
    if path is not None:
        return open_path(path, rule)
    if source == "cifar10":
        return torchvision_cifar10(download)
    return folder(download / "eurosat" / "2750", rule)
