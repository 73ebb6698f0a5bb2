"""Changes of a person's own labels and classes, which the journal keeps beside the answers.

A change is an event like an answer: it is only ever added, and undoing it adds another event. What
it is about is stored as a question of a step of its own, one for each run and one for the classes,
which all runs share. A class that is merged or deleted keeps its number, as models and annotations
know it by that; its name says what became of it, and is free for a new class.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from cbal.labeling.records import ByPerson
from cbal.labeling.steps import Steps

RELABEL, CLEAR = "relabel", "clear"  # of samples
RENAME, MERGE, DELETE = "rename", "merge", "delete"  # of a class
OF_CLASSES = (RENAME, MERGE, DELETE)
UNDONE = "undo"
# Scenario and seed of the steps that keep the changes. No scenario begins with "/".
CLASSES = ("/classes", 0)
SHARED = ("validation", 0)  # the steps that all runs share, as in `cbal.labeling.given`


def kept_in(scenario: str, seed: int) -> tuple[str, int]:
    """Return scenario and seed of the step that keeps the changes of a run's samples."""
    return f"/{scenario}", seed


@dataclass(frozen=True)
class Change(ByPerson):
    """A change that a person made.

    Attributes:
        event: number of the event in the journal; later events have higher numbers.
        step, number: where the journal keeps what it is about.
        action: relabel or clear, of samples; rename, merge or delete, of a class.
        samples: int64[n], the samples; empty for a class.
        label: the new label; the class that is changed; None if labels are taken away.
        more: `round` (the latest round that had asked), `was` and `name` (before and after) of a
            class, `into` (the class that it becomes a part of).
        person: who made it.
        annotator: the name that this person gave; "" without one.
        seconds: time that it took.
        stands: whether it was not undone.
    """

    event: int
    step: int
    number: int
    action: str
    samples: np.ndarray
    label: int | None
    more: dict[str, Any] = field(default_factory=dict)
    person: str = ""
    seconds: float = 0.0
    stands: bool = True
    annotator: str = ""

    @property
    def is_of_class(self) -> bool:
        """Whether it changes a class."""
        return self.action in OF_CLASSES


class Changes(Steps):
    """The part of the journal that reads changes; `cbal.labeling.review.journal` adds them."""

    def last_event(self, step: int | None = None) -> int:
        """Return the number of the latest event, of a step or of any; 0 before the first."""
        latest = "SELECT coalesce(max(id), 0) FROM events"
        where, values = ("", ()) if step is None else (" WHERE step = ?", (step,))
        return self._rows(latest + where, *values)[0][0]

    def changes(self, scenario: str, seed: int, until: int | None = None) -> list[Change]:
        """Return the changes of a run's samples and of the classes, undone ones too, in order.

        What was changed before there was a run, of the validation that all share, is of every run.

        Args:
            scenario, seed: of the run.
            until: number of the last event that counts; None for all.
        """
        found = self.class_changes(until)
        for run in {kept_in(scenario, seed), kept_in(*SHARED)}:
            found += self._changes_in(run, until)
        return sorted(found, key=lambda change: change.event)

    def class_changes(self, until: int | None = None) -> list[Change]:
        """Return the changes of the classes, undone ones too, in order; see `changes`."""
        return self._changes_in(CLASSES, until)

    def _changes_in(self, run: tuple[str, int], until: int | None) -> list[Change]:
        found: dict[tuple[int, int], Change] = {}
        undone = set()
        last = self.last_event() if until is None else until
        for step in self.run_of(*run):
            about = self.all_questions(step.id)
            where = "WHERE step = ? AND id <= ? ORDER BY id"
            rows = self._read("events", where, step.id, last)
            for event, _, number, action, label, _, seconds, person, *_, annotator in rows:
                if action == UNDONE:
                    undone.add((step.id, number))
                    continue
                found[step.id, number] = Change(
                    event,
                    step.id,
                    number,
                    action,
                    about[number].samples,
                    label,
                    about[number].hints,
                    person,
                    seconds,
                    annotator=annotator or "",
                )
        return [replace(change, stands=key not in undone) for key, change in found.items()]

    def gone(self, until: int | None = None) -> dict[int, int | None]:
        """Return the classes that are merged or deleted: the class that each is now, or None."""
        return gone_by(self.class_changes(until))

    def former_names(self) -> set[str]:
        """Return the names that classes had before they were renamed, merged or deleted."""
        return {change.more["was"] for change in self.class_changes() if change.stands}

    def first_names(self) -> list[str]:
        """Return the name that each class had at first, by number."""
        names = self.classes()
        for change in reversed(self.class_changes()):
            if change.stands:
                names[change.label] = change.more["was"]
        return names


def gone_by(changes: Iterable[Change]) -> dict[int, int | None]:
    """Return the classes that changes, in their order, have merged or deleted; see `gone`."""
    became: dict[int, int | None] = {}
    for change in changes:
        if change.stands and change.action in (MERGE, DELETE):
            into = change.more.get("into")
            became = {number: into if at == change.label else at for number, at in became.items()}
            became[change.label] = into
    return became
