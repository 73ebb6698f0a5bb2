"""Divide the uncertainty of the unlabeled pool, and of a round's clusters, into its two kinds."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cbal.cli import keys_of, parser, run, say
from cbal.pool.rounds import read_pool
from cbal.pool.uncertainty import divided, of_samples, of_shown_clusters
from cbal.storage.feature_files import read_features
from cbal.storage.files import read_table, write_table
from cbal.wording import counted


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, divide the uncertainty, write two tables."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round")
    cli.add_argument("--pool", type=Path, required=True, help="pool of the previous round")
    cli.add_argument("--features", type=Path, required=True, help="by several passes of its model")
    cli.add_argument("--queries", type=Path, nargs="+", required=True, help="of the round's steps")
    cli.add_argument("--samples", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--clusters", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    pool, keys = read_pool(arguments.pool), keys_of(arguments)
    sample_id = pool.sample_id[pool.unlabeled & (not pool.ended)]
    kinds = np.zeros((3, 0), np.float32)
    if len(sample_id):
        read = read_features(arguments.features, sample_id, ["probability", "expected_entropy"])
        kinds = divided(read["probability"], read["expected_entropy"])
        means = kinds.mean(axis=1)
        say(
            f"{counted(len(sample_id), 'sample')}: mean entropy {means[0]:.3f} nats, "
            f"aleatoric {means[1]:.3f}, epistemic {means[2]:.3f}"
        )
    columns = ["interaction", "sample_id", "kind"]
    queries = [read_table(path, columns) for path in arguments.queries]
    write_table(arguments.samples, of_samples(sample_id, kinds), **keys)
    write_table(arguments.clusters, of_shown_clusters(sample_id, kinds, queries), **keys)


if __name__ == "__main__":
    run(main)
