"""Write the table of a calibration as Markdown and CSV."""

import json
from collections.abc import Sequence
from pathlib import Path

from cbal.cli import run
from cbal.results.calibration import compare, to_markdown
from cbal.results.table_command import table_parser, write
from cbal.storage.files import read_table


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, compare the trainings, write the table."""
    cli = table_parser(__doc__, from_metrics=False)
    cli.add_argument("--metrics", type=Path, nargs="+", required=True)
    cli.add_argument(
        "--trainings", type=json.loads, required=True, help="settings of each training, as JSON"
    )
    cli.add_argument(
        "--published", type=json.loads, default={}, help="published accuracy by data set, as JSON"
    )
    cli.add_argument("--titles", type=json.loads, default={}, help="titles of data sets, as JSON")
    arguments = cli.parse_args(argv)

    rows = [read_table(path).to_pylist()[0] for path in arguments.metrics]
    table = compare(list(zip(arguments.trainings, rows, strict=True)), arguments.published)
    write(arguments, table, to_markdown(table, arguments.titles))


if __name__ == "__main__":
    run(main)
