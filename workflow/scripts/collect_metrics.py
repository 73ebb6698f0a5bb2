"""Gather the available metrics of a sweep into one file."""

import json
from collections.abc import Sequence
from pathlib import Path

from cbal.cli import parser, run
from cbal.results.gathering import gather, metrics_files
from cbal.storage.files import write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, gather the metrics, write them."""
    cli = parser(__doc__)
    cli.add_argument(
        "--runs", type=Path, nargs="+", required=True, help="files of finished runs, or folders"
    )
    cli.add_argument("--rounds", type=int, required=True, help="number of rounds of the sweep")
    cli.add_argument("--titles", type=json.loads, default={}, help="titles of data sets, as JSON")
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    files = metrics_files(arguments.runs, arguments.rounds)
    write_table(arguments.out, gather(files), titles=arguments.titles)


if __name__ == "__main__":
    run(main)
