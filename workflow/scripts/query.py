"""Let a strategy choose the samples that the annotator is shown in one step."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from cbal.cli import keys_of, parser, run, say
from cbal.pool.history import read_history
from cbal.pool.querying import (
    COLD_START,
    candidates_of,
    make_query,
    stream_of,
    usable_strategy,
)
from cbal.pool.rounds import pool_after
from cbal.pool.yields import clusters_pay
from cbal.randomness import generator
from cbal.stopping.verdict import has_stopped
from cbal.storage.columns import DOUBT, ITSELF
from cbal.storage.files import write_table
from cbal.strategies.base import Candidates
from cbal.strategies.support.calls import guarded


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round", "step")
    cli.add_argument("--pool", type=Path, required=True, help="pool of the previous round")
    cli.add_argument("--queries", type=Path, nargs="*", default=[], help="of earlier steps")
    cli.add_argument("--annotations", type=Path, nargs="*", default=[], help="of earlier steps")
    for name in ("queries", "annotations"):
        cli.add_argument(
            f"--past-{name}", type=Path, nargs="*", default=[], help="of all earlier rounds"
        )
    cli.add_argument(
        "--features",
        type=Path,
        nargs="?",
        help="features by the model of the previous round, or suspects",
    )
    cli.add_argument("--encoded", type=Path, nargs="?", help="features of a fixed encoder")
    cli.add_argument("--stopping", type=Path, nargs="?", help="verdict of the previous round")
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
        choices=[*COLD_START, ITSELF],
        nargs="?",
        help="replaces the strategy if there is no trained head",
    )
    cli.add_argument("--kind", required=True, choices=["individual", "cluster"])
    cli.add_argument("--interactions", type=int, required=True, help="number of interactions")
    cli.add_argument(
        "--unless-they-pay",
        type=int,
        nargs="?",
        help="number of interactions while clusters do not pay; default: the same",
    )
    cli.add_argument("--cluster-labels", choices=["reask", "keep"], default="reask")
    cli.add_argument(
        "--settings", type=json.loads, default={}, help="settings of the strategy, as JSON"
    )
    cli.add_argument("--threads", type=int, default=1)
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    return cli.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, let the strategy choose, write the query."""
    arguments = parse(argv)
    cold_start = arguments.cold_start or "random"
    candidates, interactions = candidates_for(arguments, cold_start)
    strategy = usable_strategy(arguments.strategy, arguments.needs, candidates, cold_start)
    table = make_query(
        candidates,
        guarded(strategy, arguments.kind),
        arguments.kind,
        interactions,
        generator(arguments.dataset, arguments.seed, arguments.round, stream_of(strategy)),
        arguments.threads,
        arguments.settings if strategy == arguments.strategy else {},
    )
    verifies = {"verifies": True} if DOUBT in arguments.needs else {}
    write_table(arguments.out, table, **keys_of(arguments), **verifies)


def candidates_for(arguments: argparse.Namespace, cold_start: str) -> tuple[Candidates, int]:
    """Return the samples that the step may show, with what the strategy uses, and the interactions.

    After a run has stopped by its rule there are no samples.
    """
    if has_stopped(arguments.stopping):
        say("the run has stopped by its rule: nothing is asked")
        return Candidates(np.zeros(0, np.int64)), 0
    pool = pool_after(
        arguments.pool,
        arguments.queries,
        arguments.annotations,
        arguments.round,
        arguments.cluster_labels,
    )
    needs, interactions, rule = arguments.needs, arguments.interactions, arguments.unless_they_pay
    candidates = candidates_of(
        pool,
        arguments.kind,
        arguments.cluster_labels,
        [*needs, *arguments.wants, *(["features"] if cold_start == "centroid" else [])],
        arguments.features,
        arguments.encoded,
    )
    if "history" in needs or rule is not None:
        queries = [*arguments.past_queries, *arguments.queries]
        answers = [*arguments.past_annotations, *arguments.annotations]
        history = read_history(queries, answers, pool)
        if "history" in needs:
            candidates = replace(candidates, history=history)
        if rule is not None and not clusters_pay(history):
            interactions = rule
    return candidates, interactions


if __name__ == "__main__":
    run(main)
