"""Write whether a sweep agrees with the claims of the paper, as Markdown and CSV."""

import json
from collections.abc import Sequence

from cbal.cli import run
from cbal.results.claims import judge, to_markdown
from cbal.results.goals import WITHIN
from cbal.results.table_command import read_metrics, table_parser, write


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, judge the claims, write the table."""
    cli = table_parser(__doc__)
    cli.add_argument(
        "--published", type=json.loads, default={}, help="published results by data set, as JSON"
    )
    cli.add_argument(
        "--within", type=float, default=WITHIN, help="goal: largest distance to supervised accuracy"
    )
    arguments = cli.parse_args(argv)
    metrics, titles = read_metrics(arguments)
    claims = judge(metrics, arguments.published, arguments.within)
    write(arguments, claims, to_markdown(claims, titles))


if __name__ == "__main__":
    run(main)
