"""Write which scenario beats which as Markdown and CSV."""

from collections.abc import Sequence

from cbal.cli import run
from cbal.table_command import tabulate
from cbal.wins import to_markdown, wins


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, compare, write."""
    tabulate(__doc__, wins, to_markdown, argv)


if __name__ == "__main__":
    run(main)
