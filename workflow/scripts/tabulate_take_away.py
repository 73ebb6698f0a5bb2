"""Write the table of the labels to take away as Markdown and CSV."""

from collections.abc import Sequence

from cbal.cli import run
from cbal.results.table_command import budget_of, read_metrics, table_parser, write
from cbal.results.take_away import labels_at_the_end, to_markdown


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, count the labels, write the table."""
    arguments = table_parser(__doc__).parse_args(argv)
    metrics, titles = read_metrics(arguments)
    budget = budget_of(arguments)
    table = labels_at_the_end(metrics, budget)
    write(arguments, table, to_markdown(table, titles, budget))


if __name__ == "__main__":
    run(main)
