"""Write a table of pairwise wins between scenarios as Markdown and CSV."""

from collections.abc import Sequence

from cbal.cli import run
from cbal.results.table_command import budget_of, read_metrics, table_parser, write
from cbal.results.wins import to_markdown, wins


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, compare the scenarios, write the table."""
    arguments = table_parser(__doc__).parse_args(argv)
    metrics, titles = read_metrics(arguments)
    budget = budget_of(arguments)
    table = wins(metrics, budget)
    write(arguments, table, to_markdown(table, titles, budget))


if __name__ == "__main__":
    run(main)
