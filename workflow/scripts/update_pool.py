"""Write the pool after a round, with the answers of all steps and with pseudo-labels."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cbal.cli import keys_of, parser, run, say
from cbal.pool.pseudo_labels import with_pseudo_labels
from cbal.pool.rounds import pool_after, read_pool, write_pool


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, apply the answers, write the pool."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round")
    cli.add_argument("--pool", type=Path, required=True, help="pool of the previous round")
    cli.add_argument("--queries", type=Path, nargs="+", required=True, help="of all steps")
    cli.add_argument("--annotations", type=Path, nargs="+", required=True, help="of all steps")
    cli.add_argument("--cluster-labels", choices=["reask", "keep"], default="reask")
    cli.add_argument(
        "--features",
        type=Path,
        nargs="?",
        help="features by the model of the previous round, for pseudo-labels",
    )
    cli.add_argument(
        "--pseudo-labels",
        type=float,
        nargs="*",
        help="threshold of the entropy, and its decay per round",
    )
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    pool = pool_after(
        arguments.pool,
        arguments.queries,
        arguments.annotations,
        arguments.round,
        arguments.cluster_labels,
    )
    if pool.ended:
        say("nothing was asked: the scenario has ended, with the labels that it had")
        pool = replace(read_pool(arguments.pool), round=arguments.round, latest=0)
    elif arguments.features:
        pool = with_pseudo_labels(pool, arguments.features, *arguments.pseudo_labels)
    write_pool(arguments.out, pool, **keys_of(arguments))


if __name__ == "__main__":
    run(main)
