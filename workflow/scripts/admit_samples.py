"""Write the pool at the start of a round with a human annotator, with new samples added.

For round 1 it has all training samples, with the labels that are imported, if there are any.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from cbal.cli import keys_of, parser, run, say
from cbal.errors import InputError
from cbal.labeling.imports import Imports, read_labels
from cbal.labeling.register import Register
from cbal.labeling.review.record import record_of
from cbal.labeling.web.lifetime import Home
from cbal.pool import state as pools
from cbal.pool.reviewed import review_of, with_review
from cbal.pool.rounds import check_interactions, read_pool, write_pool
from cbal.storage.files import read_table, samples_of
from cbal.wording import counted


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, add new samples to the pool, write it."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round")
    cli.add_argument(
        "--pool", type=Path, nargs="?", help="pool of the previous round, if there is one"
    )
    cli.add_argument("--index", type=Path, required=True)
    cli.add_argument("--journal", type=Path, required=True, help="folder of the journal")
    cli.add_argument(
        "--validation", type=Path, nargs="?", help="annotations of the validation step"
    )
    cli.add_argument(
        "--interactions",
        type=int,
        nargs="?",
        help="interactions per round, to check that there are enough images",
    )
    cli.add_argument("--labels", type=Path, nargs="?", help="CSV file of labels to import")
    cli.add_argument(
        "--classes", type=json.loads, default=[], help="class names to start with, as JSON"
    )
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    train = samples_of(read_table(arguments.index, ["sample_id", "split"]), "train")
    register = Register(Home(arguments.journal).journal)
    run = arguments.scenario, arguments.seed
    train = register.as_asked(run, arguments.round, train)
    review = review_at(register, arguments) if arguments.pool else {}
    register.close()
    if arguments.pool:
        before = read_pool(arguments.pool)
        pool = pools.admit(before, train)
        pool = with_review(pool, review_of({"review": review}))
        came = len(pool.sample_id) - len(before.sample_id)
        say(f"{counted(came, 'new image')} since the previous round")
    else:
        check_interactions(arguments.dataset, arguments.interactions or 0, len(train))
        pool = pools.initial(train)
        if arguments.labels:
            pool = import_labels(arguments, pool)
    if arguments.validation:
        asked = len(read_table(arguments.validation, ["interaction"]))
        pool = replace(pool, individual=asked)
    recorded = {"review": review} if review else {}
    write_pool(arguments.out, pool, **keys_of(arguments) | {"round": pool.round} | recorded)


def review_at(register: Register, arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what the review had changed when the round began, for the pool and to be recorded.

    If the round has asked already, what was changed since then is left out, so that a round that is
    computed again asks the same questions.
    """
    run = arguments.scenario, arguments.seed
    asked = [step for step in register.run_of(*run) if step.key[2] == arguments.round]
    until = asked[-1].context.get("reviewed", 0) if asked else None
    files = read_table(arguments.index, ["source"])["source"].to_pylist()
    review = record_of(register, *run, files, until)
    if review:
        say(f"{counted(len(review['labels']['sample_id']), 'label')} as the review has them")
    return review


def import_labels(arguments: argparse.Namespace, pool: pools.Pool) -> pools.Pool:
    """Return the pool with the labels of a file, which the journal keeps from then on.

    The journal also gets `classes:`, so that these come first, as without imported labels.
    """
    files = read_table(arguments.index, ["source"])["source"].to_pylist()
    labels, others = read_labels(arguments.labels, files)
    journal = Imports(Home(arguments.journal).journal)
    try:
        journal.start_with([str(name) for name in arguments.classes])
    except ValueError as error:
        raise InputError(f"data set {arguments.dataset}, `classes:`: {error}") from error
    journal.keep(labels, files, arguments.labels)
    names = journal.first_names()
    number = {name: i for i, name in reversed(list(enumerate(names)))}
    journal.close()
    say(f"{counted(len(labels), 'label')} imported; {counted(others, 'row')} about other files")
    label = np.array([number.get(labels.get(i), -1) for i in pool.sample_id.tolist()], np.int16)
    known = label >= 0
    return replace(
        pool,
        label=label,
        kind=np.where(known, pools.INDIVIDUAL, pools.NONE).astype(np.int8),
        labeled_round=np.where(known, 0, -1).astype(np.int16),
    )


if __name__ == "__main__":
    run(main)
