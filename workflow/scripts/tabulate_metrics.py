"""Write the table of a sweep as Markdown and CSV."""

from collections.abc import Sequence

from cbal.cli import run
from cbal.summary import summarise, to_markdown
from cbal.table_command import tabulate


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, summarise, write."""
    tabulate(__doc__, summarise, to_markdown, argv)


if __name__ == "__main__":
    run(main)
