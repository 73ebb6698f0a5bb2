"""Write which scenario beats which as Markdown and CSV."""

from collections.abc import Sequence
from pathlib import Path

from cbal.cli import run
from cbal.files import metadata_of, read_table
from cbal.table_command import table_parser, write
from cbal.wins import to_markdown, wins


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, compare, write."""
    cli = table_parser(__doc__)
    cli.add_argument("--metrics", type=Path, required=True)
    arguments = cli.parse_args(argv)

    metrics = read_table(arguments.metrics)
    table = wins(metrics.to_pandas())
    write(arguments, table, to_markdown(table, metadata_of(metrics).get("titles", {})))


if __name__ == "__main__":
    run(main)
