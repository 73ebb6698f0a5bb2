"""Write the metrics of all rounds of a run to one file, with what else is known of the run."""

import json
from collections.abc import Sequence
from pathlib import Path

from cbal.cli import keys_of, parser, run
from cbal.results.effort import with_effort
from cbal.results.gathering import gather
from cbal.results.settling import with_measures
from cbal.storage.files import write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, gather the metrics, write them."""
    cli = parser(__doc__, "dataset", "scenario", "seed")
    cli.add_argument("--metrics", type=Path, nargs="+", required=True, help="metrics of all rounds")
    cli.add_argument(
        "--annotations", type=Path, nargs="*", default=[], help="of all steps, in their order"
    )
    cli.add_argument("--predictions", type=Path, nargs="*", default=[], help="of all rounds")
    cli.add_argument(
        "--settings", type=json.loads, required=True, help="settings of the run, as JSON"
    )
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    table = with_effort(gather(arguments.metrics), arguments.annotations)
    table = with_measures(table, arguments.predictions)
    write_table(arguments.out, table, **keys_of(arguments), settings=arguments.settings)


if __name__ == "__main__":
    run(main)
