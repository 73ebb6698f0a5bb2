"""What a round's files record of the review: labels, and how much work they were."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cbal.labeling.changes import Change
from cbal.labeling.given import REFUSED, Given, parts_of, replay
from cbal.labeling.journal import Journal
from cbal.labeling.records import Step
from cbal.pool.state import NONE


def record_of(
    journal: Journal,
    scenario: str,
    seed: int,
    files: Sequence[str],
    until: int | None = None,
    since: int = 0,
) -> dict[str, Any]:
    """Return the metadata `review` of a file; {} if nothing was ever changed.

    Its keys are `labels` (see `cbal.pool.reviewed`), `interactions`, `images` and `seconds` of the
    changes after the event `since`, and `until`. The labels are of the samples that a change was
    ever about, an undone one too, so that an undone correction is also undone in the pool.

    Args:
        journal: journal of the data set.
        scenario, seed: of the run.
        files: n file names, by `sample_id`.
        until: number of the last event that counts; None for all.
        since: number of the last event that an earlier file counts.
    """
    until = journal.last_event() if until is None else until
    changes = journal.changes(scenario, seed, until)
    if not changes:
        return {}
    parts, _ = parts_of(journal, scenario, seed, files, until)
    standing = [change for change in changes if change.stands]
    given, as_if = Given.nothing(len(files)), Given.nothing(len(files))
    about = replay(given, parts, standing)
    # An undone change is about what it would be about if nothing had been undone.
    touched = np.unique(np.concatenate([*about, *replay(as_if, parts, changes)]))
    kind = np.where(given.kind[touched] == REFUSED, NONE, given.kind[touched])
    labels = {
        "sample_id": touched.tolist(),
        "label": given.label[touched].tolist(),
        "kind": kind.tolist(),
        "round": given.round[touched].tolist(),
    }
    return {"labels": labels, "until": until, **work_of(standing, about, changes, since)}


def work_of(
    standing: Sequence[Change],
    about: Sequence[np.ndarray],
    changes: Sequence[Change],
    since: int = 0,
) -> dict[str, Any]:
    """Return how much work the changes after an event were.

    Every change that stands is one interaction, however many images it is about. The seconds of an
    undone one were spent, too.

    Args:
        standing: changes that stand.
        about: the samples of each of them.
        changes: all changes.
        since: number of the event.
    """
    late = [len(samples) for change, samples in zip(standing, about) if change.event > since]
    seconds = sum(change.seconds for change in changes if change.event > since)
    return {"interactions": len(late), "images": sum(late), "seconds": seconds}


def counted_before(journal: Journal, step: Step) -> int:
    """Return the last event that the steps of a run which closed before this one have counted."""
    own = step.context.get("until", 0)
    ends = [it.context.get("until", 0) for it in journal.run_of(*step.key[:2]) if it.id != step.id]
    return max((end for end in ends if end < own), default=0)
