"""Write what a sweep says of the paper's claims as Markdown and CSV."""

import json
from collections.abc import Sequence
from pathlib import Path

from cbal.claims import judge, to_markdown
from cbal.cli import run
from cbal.files import metadata_of, read_table
from cbal.table_command import table_parser, write


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, judge, write."""
    cli = table_parser(__doc__)
    cli.add_argument("--metrics", type=Path, required=True)
    cli.add_argument("--published", type=json.loads, default={}, help="by data set, as JSON")
    arguments = cli.parse_args(argv)

    metrics = read_table(arguments.metrics)
    claims = judge(metrics.to_pandas(), arguments.published)
    write(arguments, claims, to_markdown(claims, metadata_of(metrics).get("titles", {})))


if __name__ == "__main__":
    run(main)
