"""Write what a sweep says of the paper's claims as Markdown and CSV."""

import json
from collections.abc import Sequence
from pathlib import Path

from cbal.claims import judge, to_markdown
from cbal.cli import parser, run
from cbal.files import atomic, metadata_of, read_table


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, judge, write."""
    cli = parser(__doc__)
    cli.add_argument("--metrics", type=Path, required=True)
    cli.add_argument("--published", type=json.loads, default={}, help="by data set, as JSON")
    cli.add_argument("--markdown", type=Path, required=True, help="file to write")
    cli.add_argument("--csv", type=Path, required=True, help="file to write")
    arguments = cli.parse_args(argv)

    metrics = read_table(arguments.metrics)
    claims = judge(metrics.to_pandas(), arguments.published)
    with atomic(arguments.markdown) as temporary:
        temporary.write_text(to_markdown(claims, metadata_of(metrics).get("titles", {})))
    with atomic(arguments.csv) as temporary:
        claims.to_csv(temporary, index=False)


if __name__ == "__main__":
    run(main)
