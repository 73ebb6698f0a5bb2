"""Write the table of a sweep as Markdown and CSV."""

from collections.abc import Sequence

from cbal.cli import run
from cbal.goals import WITHIN
from cbal.summary import summarise, to_markdown
from cbal.table_command import read_metrics, table_parser, write


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, summarise, write."""
    cli = table_parser(__doc__)
    cli.add_argument("--within", type=float, default=WITHIN, help="goal: so near to supervised")
    arguments = cli.parse_args(argv)
    metrics, titles = read_metrics(arguments)
    summary = summarise(metrics, arguments.within)
    write(arguments, summary, to_markdown(summary, titles, arguments.within))


if __name__ == "__main__":
    run(main)
