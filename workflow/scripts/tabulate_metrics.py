"""Write the table of a sweep as Markdown and CSV."""

from collections.abc import Sequence
from pathlib import Path

from cbal.cli import run
from cbal.files import metadata_of, read_table
from cbal.summary import summarise, to_markdown
from cbal.table_command import table_parser, write


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, summarise, write."""
    cli = table_parser(__doc__)
    cli.add_argument("--metrics", type=Path, required=True)
    arguments = cli.parse_args(argv)

    metrics = read_table(arguments.metrics)
    summary = summarise(metrics.to_pandas())
    write(arguments, summary, to_markdown(summary, metadata_of(metrics).get("titles", {})))


if __name__ == "__main__":
    run(main)
