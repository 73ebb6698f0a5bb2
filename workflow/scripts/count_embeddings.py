"""Print how many embeddings of a user's data set would be in the pool, without their vectors."""

from collections.abc import Sequence

from cbal.cli import parser, run
from cbal.data.counting import add_counting_arguments, in_pool
from cbal.data.embeddings_arguments import add_embeddings_arguments, read_embeddings


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, list the embeddings, print their number."""
    cli = parser(__doc__)
    add_embeddings_arguments(cli)
    add_counting_arguments(cli)
    arguments = cli.parse_args(argv)
    print(in_pool(arguments, read_embeddings(arguments, arguments.annotator == "oracle")))


if __name__ == "__main__":
    run(main)
