"""What the commands have in common that count the samples of a user's data set."""

import argparse

from cbal.data.listing import Listing
from cbal.data.splits import drawn, parts_of


def add_counting_arguments(cli: argparse.ArgumentParser) -> None:
    """Add the arguments that say who labels the samples, and which of them are in the pool."""
    cli.add_argument("--test-fraction", type=float, default=0.2)
    cli.add_argument("--annotator", choices=["oracle", "human"], default="oracle")


def in_pool(arguments: argparse.Namespace, listing: Listing) -> int:
    """Return how many samples of a listing would be in the pool."""
    if arguments.annotator == "human":
        return len(listing.source)
    parts = parts_of(listing.split, len(listing.source))
    training, test = len(parts["train"]), len(parts["test"])
    return training - drawn(training, test, arguments.test_fraction)
