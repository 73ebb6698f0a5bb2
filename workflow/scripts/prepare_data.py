"""Turn a source of images into index, truth and images of the pool."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cbal.cli import keys_of, parser, run, say
from cbal.data import sources
from cbal.data.prepare import Plan, choose, tables, write_images
from cbal.errors import InputError
from cbal.files import write_table

SOURCES = ("digits", "cifar10", "eurosat", "folder")


def read_source(source: str, path: Path | None, download: Path | None) -> sources.Listing:
    """Return the listing of a source, from a path by the user or from a download."""
    if source == "digits":
        return sources.digits()
    if path is not None:
        return sources.open_path(path)
    if source == "cifar10":
        return sources.torchvision_cifar10(download)
    return sources.folder(download / "eurosat" / "2750")


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, read the source, write the three files."""
    cli = parser(__doc__, "dataset")
    cli.add_argument("--source", choices=SOURCES, required=True)
    cli.add_argument("--path", type=Path, nargs="?", help="Parquet, zip or folder of the user's")
    cli.add_argument("--download", type=Path, nargs="?", help="folder made by fetch_data.py")
    cli.add_argument("--side", type=int, nargs="?", help="make images side x side pixels")
    cli.add_argument("--subset", type=int, nargs="?", help="training images to keep")
    cli.add_argument("--test-subset", type=int, nargs="?", help="test images to keep")
    cli.add_argument("--test-fraction", type=float, default=0.2)
    cli.add_argument("--split-seed", type=int, default=0)
    cli.add_argument("--index", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--truth", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--images", type=Path, required=True, help="NumPy file to write")
    arguments = cli.parse_args(argv)

    listing = read_source(arguments.source, arguments.path, arguments.download)
    plan = Plan(
        arguments.side,
        arguments.subset,
        arguments.test_subset,
        arguments.test_fraction,
        arguments.split_seed,
    )
    # EuroSAT has no published split; the paper's is 80/20.
    train, test = choose(listing, plan, published_split=arguments.source != "eurosat")
    if not len(train) or not len(test):
        raise InputError(
            f"data set {arguments.dataset}: {len(train)} training and {len(test)} test images"
        )
    say(f"{len(train)} training and {len(test)} test images of {len(listing.classes)} classes")
    write_images(arguments.images, listing, np.concatenate([train, test]), arguments.side)
    index, truth = tables(listing, train, test)
    metadata = {**keys_of(arguments), "classes": list(listing.classes)}
    write_table(arguments.truth, truth, **metadata)
    write_table(arguments.index, index, **metadata)


if __name__ == "__main__":
    run(main)
