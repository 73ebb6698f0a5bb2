"""Write the table of a sweep as Markdown and CSV."""

from collections.abc import Sequence
from pathlib import Path

from cbal.cli import parser, run
from cbal.files import atomic, metadata_of, read_table
from cbal.summary import summarise, to_markdown


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, summarise, write."""
    cli = parser(__doc__)
    cli.add_argument("--metrics", type=Path, required=True)
    cli.add_argument("--markdown", type=Path, required=True, help="file to write")
    cli.add_argument("--csv", type=Path, required=True, help="file to write")
    arguments = cli.parse_args(argv)

    metrics = read_table(arguments.metrics)
    summary = summarise(metrics.to_pandas())
    with atomic(arguments.markdown) as temporary:
        temporary.write_text(to_markdown(summary, metadata_of(metrics).get("titles", {})))
    with atomic(arguments.csv) as temporary:
        summary.to_csv(temporary, index=False)


if __name__ == "__main__":
    run(main)
