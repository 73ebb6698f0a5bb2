"""List the labels that are most likely to be wrong, from those given so far and from features."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from cbal.cli import keys_of, parser, run, say
from cbal.pool.rounds import pool_after
from cbal.pool.suspects import suspects_of
from cbal.randomness import generator
from cbal.storage.features_of import features_of
from cbal.storage.files import write_table
from cbal.wording import counted


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round")
    cli.add_argument("--pool", type=Path, required=True, help="pool of the previous round")
    cli.add_argument("--queries", type=Path, nargs="*", default=[], help="of the steps so far")
    cli.add_argument("--annotations", type=Path, nargs="*", default=[], help="of the steps so far")
    cli.add_argument("--cluster-labels", choices=["reask", "keep"], default="reask")
    source = cli.add_mutually_exclusive_group(required=True)
    source.add_argument("--features", type=Path, nargs="?", help="of all training samples")
    source.add_argument("--encoded", type=Path, nargs="?", help="features of a fixed encoder")
    cli.add_argument("--l2", type=float, required=True, help="strength of the L2 penalty")
    cli.add_argument("--threads", type=int, default=1)
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    return cli.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, judge the labels, write the list."""
    arguments = parse(argv)
    pool = pool_after(
        arguments.pool,
        arguments.queries,
        arguments.annotations,
        arguments.round,
        arguments.cluster_labels,
    )
    rng = generator(arguments.dataset, arguments.seed, arguments.round, "suspects")
    features = features_of(pool.sample_id[pool.given], arguments.features, arguments.encoded)
    table = suspects_of(pool, features, arguments.l2, rng, arguments.threads)
    contradicted = int((table["label"].to_numpy() != table["predicted"].to_numpy()).sum())
    say(f"{contradicted} of {counted(len(table), 'label')} contradicted")
    write_table(arguments.out, table, **keys_of(arguments))


if __name__ == "__main__":
    run(main)
