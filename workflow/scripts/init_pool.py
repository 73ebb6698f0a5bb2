"""Write the pool of round 0: all training samples, without labels."""

from collections.abc import Sequence
from pathlib import Path

from cbal.cli import keys_of, parser, run
from cbal.pool import state as pools
from cbal.pool.rounds import check_interactions, write_pool
from cbal.storage.files import read_table, samples_of


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line and write the pool."""
    cli = parser(__doc__, "dataset", "scenario", "seed")
    cli.add_argument("--index", type=Path, required=True)
    cli.add_argument(
        "--interactions",
        type=int,
        required=True,
        help="interactions per round, to check that there are enough images",
    )
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    index = read_table(arguments.index, ["sample_id", "split"])
    train = samples_of(index, "train")
    check_interactions(arguments.dataset, arguments.interactions, len(train))
    write_pool(arguments.out, pools.initial(train), **keys_of(arguments), round=0)


if __name__ == "__main__":
    run(main)
