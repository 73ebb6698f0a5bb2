"""Gather the metrics of a sweep, as far as they are there, into one file."""

import json
from argparse import BooleanOptionalAction
from collections.abc import Sequence
from pathlib import Path

from cbal.cli import parser, run
from cbal.files import write_table
from cbal.gathering import gather, metrics_files


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, gather, write."""
    cli = parser(__doc__)
    cli.add_argument("--results", type=Path, required=True, help="folder to look in")
    cli.add_argument("--datasets", nargs="+", required=True)
    cli.add_argument("--scenarios", nargs="+", required=True)
    cli.add_argument("--seeds", type=int, nargs="+", required=True)
    cli.add_argument("--rounds", type=int, required=True)
    cli.add_argument("--titles", type=json.loads, default={}, help="of data sets, as JSON")
    cli.add_argument("--supervised", action=BooleanOptionalAction, default=True)
    cli.add_argument("--archive", type=Path, nargs="?", help="folder of archived runs")
    cli.add_argument("--partial", action="store_true", help="single rounds, not finished runs")
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    files = metrics_files(
        arguments.results,
        arguments.datasets,
        arguments.scenarios,
        arguments.seeds,
        arguments.rounds,
        arguments.supervised,
        arguments.archive,
        arguments.partial,
    )
    write_table(arguments.out, gather(files), titles=arguments.titles)


if __name__ == "__main__":
    run(main)
