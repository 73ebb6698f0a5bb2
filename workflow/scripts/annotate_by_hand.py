"""Let a person answer the interactions of a query on the labeling page, which this job starts."""

import argparse
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from cbal.cli import keys_of, parser, run, say
from cbal.errors import InputError
from cbal.labeling.asking import annotations_of, context_of, digest_of, questions_of
from cbal.labeling.doubts import with_doubts
from cbal.labeling.folder import OWNER
from cbal.labeling.journal import Journal
from cbal.labeling.records import Step
from cbal.labeling.review.record import counted_before, record_of
from cbal.labeling.speaking import with_words
from cbal.labeling.web.lifetime import Home, Owner
from cbal.pool.annotations import INDIVIDUAL, groups_of, with_notes
from cbal.pool.corrections import Rows, corrected, differences
from cbal.pool.rounds import pool_after, read_pool
from cbal.stopping.rules import more
from cbal.stopping.settling import measure_rounds
from cbal.storage.feature_files import read_features
from cbal.storage.files import metadata_of, read_table, write_table
from cbal.wording import counted

LOOK = 0.25  # seconds between checks of the journal
SERVER = Path(__file__).with_name("serve_labels.py")


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round", "step")
    cli.add_argument("--query", type=Path, required=True)
    cli.add_argument("--pool", type=Path, nargs="?", help="pool of the previous round")
    cli.add_argument("--queries", type=Path, nargs="*", default=[], help="of earlier steps")
    cli.add_argument("--annotations", type=Path, nargs="*", default=[], help="of earlier steps")
    cli.add_argument("--cluster-labels", choices=["reask", "keep"], default="reask")
    cli.add_argument(
        "--features", type=Path, nargs="?", help="features by the model of the previous round"
    )
    cli.add_argument(
        "--features-to-split", type=Path, nargs="?", help="of the clusters, from a network"
    )
    cli.add_argument(
        "--encoded-to-split", type=Path, nargs="?", help="of the clusters, by a fixed encoder"
    )
    cli.add_argument("--predictions", type=Path, nargs="*", default=[], help="of latest rounds")
    cli.add_argument("--index", type=Path, required=True)
    cli.add_argument("--images", type=Path, nargs="?", help="pixels, where samples are images")
    cli.add_argument("--originals", type=Path, nargs="?", help="folder of the original files")
    cli.add_argument("--texts", type=Path, nargs="?", help="texts, where samples are texts")
    cli.add_argument("--journal", type=Path, required=True, help="folder of the journal")
    cli.add_argument(
        "--classes", type=json.loads, default=[], help="class names to start with, as JSON"
    )
    cli.add_argument("--title", required=True, help="title of the page")
    cli.add_argument("--budget", type=int, required=True, help="interactions of the whole run")
    cli.add_argument("--rounds", type=int, required=True, help="number of rounds of the run")
    cli.add_argument(
        "--steps", type=int, nargs=2, default=[1, 1], help="number of this step, and of all steps"
    )
    cli.add_argument("--host", default="127.0.0.1")
    cli.add_argument("--port", type=int, default=8765)
    cli.add_argument("--public-url", nargs="?", help="address behind a reverse proxy")
    cli.add_argument("--double", type=float, default=0, help="share that two people are asked")
    cli.add_argument("--grace", type=float, default=2, help="seconds for undoing the last answer")
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    return cli.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, ask the questions, wait for answers, write the annotations."""
    arguments = parse(argv)
    home = Home(arguments.journal)
    journal = Journal(home.journal)
    step = ask(arguments, journal)
    if step.state == "open" and not journal.close_step(step.id, grace=0):
        with home.wait_for(step.id, made_from(arguments)):
            wait(arguments, home, journal, step)
    step = journal.step(step.id)
    annotations = answers_of(journal, step)
    metadata = {"classes": list(step.classes)}
    if corrections := corrections_of(journal, step, arguments.annotations):
        metadata["corrections"] = corrections
        say(f"earlier steps of this round are corrected: {', '.join(corrections)}")
    if review := review_of(journal, step, arguments.index):
        metadata["review"] = review
    journal.close()
    accepted = sum(annotations["accepted"].to_pylist())
    say(f"{counted(len(annotations), 'interaction')}, {counted(accepted, 'label')} given")
    annotations = with_notes(annotations, read_table(arguments.query))
    write_table(arguments.out, annotations, **keys_of(arguments), **metadata)


def made_from(arguments: argparse.Namespace) -> dict[str, Path | None]:
    """Return the files by which the page splits clusters, and guesses the labels of the parts."""
    return {
        "features": arguments.features_to_split,
        "encoded": arguments.encoded_to_split,
        "guesses": arguments.features,
    }


def answers_of(journal: Journal, step: Step) -> pa.Table:
    """Return the current answers of a step as annotations."""
    return annotations_of(step.kind, journal.sizes(step.id), journal.standing(step.id))


def corrections_of(journal: Journal, step: Step, earlier: Sequence[Path]) -> dict[str, Rows]:
    """Return the corrected rows of the annotations of earlier steps, by name of the step.

    The module `cbal.pool.corrections` explains corrections.
    """
    steps = {each.key[3]: each for each in journal.round_until(step)}
    result = {}
    for table in corrected([read_table(path) for path in earlier]):
        name = metadata_of(table)["step"]
        rows = differences(table, answers_of(journal, steps[name])) if name in steps else []
        if rows:
            result[name] = rows
    return result


def review_of(journal: Journal, step: Step, index: Path) -> dict[str, Any]:
    """Return what the review had changed when a step was closed; see `record_of`."""
    if "until" not in step.context:  # closed by an earlier version, which had no review
        return {}
    files = read_table(index, ["source"])["source"].to_pylist()
    since = counted_before(journal, step)
    return record_of(journal, *step.key[:2], files, step.context["until"], since)


def ask(arguments: argparse.Namespace, journal: Journal) -> Step:
    """Open the step in the journal with the questions of the query.

    After a restart the journal may contain the step already, with answers.
    """
    query = read_table(arguments.query, ["interaction", "sample_id", "kind"])
    files = read_table(arguments.index, ["source"])["source"].to_pylist()
    groups, verifies = groups_of(query), metadata_of(query).get("verifies", False)
    before = read_pool(arguments.pool) if arguments.pool else None
    now = before and pool_after(
        arguments.pool,
        arguments.queries,
        arguments.annotations,
        arguments.round,
        arguments.cluster_labels,
    )
    try:
        journal.start_with([str(name) for name in arguments.classes])
    except ValueError as error:
        raise InputError(f"data set {arguments.dataset}, `classes:`: {error}") from error
    kind = query["kind"][0].as_py() if len(query) else INDIVIDUAL
    probability, expected = predictions_of(arguments.features, groups)
    questions = questions_of(groups, probability, now if verifies else before, verifies)
    if expected is not None and kind == INDIVIDUAL:
        questions = with_doubts(questions, probability, expected)
    if arguments.texts and arguments.features:
        with_words(questions, arguments.texts, arguments.features)
    context = context_of(
        now,
        arguments.budget,
        arguments.rounds,
        tuple(arguments.steps),
        more([*measure_rounds(arguments.predictions).values()]),
    )
    if arguments.pool:
        start = metadata_of(read_table(arguments.pool))
        context["reviewed"] = start.get("review", {}).get("until", 0)
    return journal.open_step(
        (arguments.scenario, arguments.seed, arguments.round, arguments.step),
        kind,
        digest_of(groups, files),
        context,
        questions,
    )


def predictions_of(
    features: Path | None, groups: list[np.ndarray]
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return probabilities and expected entropies of the shown samples, in the order of `groups`.

    Returns:
        float32[shown samples, classes], None without a model; and float32[shown samples], None
        without several passes of it.
    """
    if features is None or not groups:
        return None, None
    shown = np.concatenate(groups)
    known, at = np.unique(shown, return_inverse=True)
    read = read_features(features, known, ["probability", "expected_entropy"])
    return tuple(None if values is None else values[at] for values in read.values())


def wait(arguments: argparse.Namespace, home: Home, journal: Journal, step: Step) -> None:
    """Keep the page running until every question of the step is answered.

    Raises:
        InputError: the workflow ended before.
    """
    owner = os.environ.get(OWNER)
    workflow = Owner(int(owner)) if owner else None
    command = [str(SERVER), "--home", str(home.folder), "--index", str(arguments.index)]
    command += ["--title", arguments.title, "--host", arguments.host, "--port", str(arguments.port)]
    for name in ("images", "originals", "texts", "public-url", "double"):
        value = getattr(arguments, name.replace("-", "_"))
        command += [f"--{name}", str(value)] if value else []
    command += ["--owner", *filter(None, [owner])]
    announced, parent = None, os.getppid()
    home.own(owner)
    while not journal.close_step(step.id, arguments.grace):
        ending = home.is_ending(owner) or os.getppid() != parent  # the job's shell has ended
        if ending or (workflow and not workflow.lives):
            raise InputError("the workflow has ended; every answer is kept for its next start")
        home.ensure_server(command)
        if home.address != announced:
            announced = home.address
            left = journal.standing(step.id).left(len(journal.sizes(step.id)))
            questions, verb = counted(left, "question"), "waits" if left == 1 else "wait"
            home.announce(f"{questions} of {arguments.title} {verb} for you at {announced}")
            # Without the token of the address, since other users may read the log.
            say(f"waiting for {counted(left, 'answer')} at {announced.partition('?')[0]}")
        time.sleep(LOOK)


if __name__ == "__main__":
    run(main)
