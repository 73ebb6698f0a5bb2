"""Print how many embeddings of a user's data set would be in the pool, without their vectors."""

from collections.abc import Sequence

from cbal.cli import parser, run
from cbal.data.embeddings_arguments import add_embeddings_arguments, read_embeddings
from cbal.data.splits import drawn, parts_of


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, list the embeddings, print their number."""
    cli = parser(__doc__)
    add_embeddings_arguments(cli)
    cli.add_argument("--test-fraction", type=float, default=0.2)
    cli.add_argument("--annotator", choices=["oracle", "human"], default="oracle")
    arguments = cli.parse_args(argv)

    labeled = arguments.annotator == "oracle"
    listing = read_embeddings(arguments, labeled)
    parts = parts_of(listing.split, len(listing.source))
    training, test = len(parts["train"]), len(parts["test"])
    kept = training - drawn(training, test, arguments.test_fraction)
    print(kept if labeled else len(listing.source))


if __name__ == "__main__":
    run(main)
