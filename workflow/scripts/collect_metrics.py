"""Gather the available metrics of a sweep into one file."""

import json
from collections.abc import Sequence
from pathlib import Path

from cbal.cli import parser, run
from cbal.pool.costs import Costs, costs_from
from cbal.results.effort import gather_runs, with_hours_of
from cbal.storage.files import write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, gather the metrics, write them."""
    cli = parser(__doc__)
    cli.add_argument(
        "--runs", type=Path, nargs="+", required=True, help="files of finished runs, or folders"
    )
    cli.add_argument("--rounds", type=int, required=True, help="number of rounds of the sweep")
    cli.add_argument("--titles", type=json.loads, default={}, help="titles of data sets, as JSON")
    cli.add_argument(
        "--costs",
        type=costs_from,
        default=Costs(),
        help="seconds of an image, of a cluster, per shown image, per one taken out, of a refusal",
    )
    cli.add_argument("--persons", nargs="*", default=[], help="data sets that a person labels")
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    metrics = gather_runs(arguments.runs, arguments.rounds)
    metrics = with_hours_of(metrics, arguments.costs, arguments.persons)
    write_table(arguments.out, metrics, titles=arguments.titles)


if __name__ == "__main__":
    run(main)
