"""Let a strategy choose the samples that the annotator is shown in one step."""

import json
from collections.abc import Sequence
from pathlib import Path

from cbal.cli import keys_of, parser, run
from cbal.pool.querying import (
    COLD_START,
    candidates_of,
    make_query,
    stream_of,
    usable_strategy,
)
from cbal.pool.rounds import pool_after
from cbal.randomness import generator
from cbal.storage.files import write_table
from cbal.strategies.support.calls import guarded


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, let the strategy choose, write the query."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round", "step")
    cli.add_argument("--pool", type=Path, required=True, help="pool of the previous round")
    cli.add_argument("--queries", type=Path, nargs="*", default=[], help="of earlier steps")
    cli.add_argument("--annotations", type=Path, nargs="*", default=[], help="of earlier steps")
    cli.add_argument(
        "--features", type=Path, nargs="?", help="features by the model of the previous round"
    )
    cli.add_argument("--encoded", type=Path, nargs="?", help="features of a fixed encoder")
    cli.add_argument(
        "--strategy", required=True, help="address of the strategy: package.module:function"
    )
    cli.add_argument(
        "--needs", nargs="*", default=[], help="fields of `Candidates` that the strategy uses"
    )
    cli.add_argument(
        "--wants", nargs="*", default=[], help="further fields, which may be missing in round 1"
    )
    cli.add_argument(
        "--cold-start",
        choices=COLD_START,
        nargs="?",
        help="replaces the strategy if there is no trained head",
    )
    cli.add_argument("--kind", required=True, choices=["individual", "cluster"])
    cli.add_argument("--interactions", type=int, required=True, help="number of interactions")
    cli.add_argument("--cluster-labels", choices=["reask", "keep"], default="reask")
    cli.add_argument(
        "--settings", type=json.loads, default={}, help="settings of the strategy, as JSON"
    )
    cli.add_argument("--threads", type=int, default=1)
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    pool = pool_after(
        arguments.pool,
        arguments.queries,
        arguments.annotations,
        arguments.round,
        arguments.cluster_labels,
    )
    needs, cold_start = arguments.needs, arguments.cold_start or "random"
    fields = [*needs, *arguments.wants, *([] if cold_start == "random" else ["features"])]
    candidates = candidates_of(
        pool,
        arguments.kind,
        arguments.cluster_labels,
        fields,
        arguments.features,
        arguments.encoded,
    )
    strategy = usable_strategy(arguments.strategy, needs, candidates, cold_start)
    table = make_query(
        candidates,
        guarded(strategy, arguments.kind),
        arguments.kind,
        arguments.interactions,
        generator(arguments.dataset, arguments.seed, arguments.round, stream_of(strategy)),
        arguments.threads,
        arguments.settings if strategy == arguments.strategy else {},
    )
    write_table(arguments.out, table, **keys_of(arguments))


if __name__ == "__main__":
    run(main)
