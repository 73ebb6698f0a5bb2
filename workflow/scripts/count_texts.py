"""Print how many texts of a user's data set would be in the pool."""

from collections.abc import Sequence

from cbal.cli import parser, run
from cbal.data.counting import add_counting_arguments, in_pool
from cbal.data.texts_arguments import add_texts_arguments, read_listing


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, list the texts, print their number."""
    cli = parser(__doc__)
    add_texts_arguments(cli)
    add_counting_arguments(cli)
    arguments = cli.parse_args(argv)
    print(in_pool(arguments, read_listing(arguments, arguments.annotator == "oracle")))


if __name__ == "__main__":
    run(main)
