"""Write the summary table of a sweep as Markdown and CSV."""

from collections.abc import Sequence
from pathlib import Path

from cbal.cli import run
from cbal.results.goals import WITHIN
from cbal.results.summary import summarise, to_markdown
from cbal.results.table_command import budget_of, read_metrics, table_parser, warnings_of, write


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, summarise the metrics, write the table."""
    cli = table_parser(__doc__)
    cli.add_argument(
        "--within", type=float, default=WITHIN, help="goal: largest distance to supervised accuracy"
    )
    cli.add_argument(
        "--indexes", type=Path, nargs="*", default=[], help="indexes of data sets, for warnings"
    )
    arguments = cli.parse_args(argv)
    metrics, titles = read_metrics(arguments)
    budget = budget_of(arguments)
    summary = summarise(metrics, arguments.within, budget)
    text = to_markdown(summary, titles, arguments.within, budget)
    write(arguments, summary, text + warnings_of(arguments.indexes, titles))


if __name__ == "__main__":
    run(main)
