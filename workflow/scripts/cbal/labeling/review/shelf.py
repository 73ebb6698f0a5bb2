"""All labels of a run as the review shows them: by class and kind, the most doubtful first."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cbal.labeling.changes import CLEAR, DELETE, MERGE, RENAME, Change
from cbal.labeling.given import IMPORTED, VALIDATION, Given, Part, parts_of, replay
from cbal.labeling.labels import without_gone
from cbal.labeling.records import Answer
from cbal.labeling.review.journal import Reviews, Run
from cbal.labeling.review.record import work_of
from cbal.pool.state import CLUSTER
from cbal.wording import counted

Predict = Callable[[str, int, int], np.ndarray | None]  # of scenario, seed and round


class Traced(Given):
    """Labels that know which answer about a cluster they come from.

    Attributes:
        source: int64[n], number of the event that answered the image's cluster; 0 for others.
    """

    source: np.ndarray

    def take(self, round: int, kind: str, samples: np.ndarray, answer: Answer) -> None:
        """Apply an answer; see `Given.take`."""
        super().take(round, kind, samples, answer)
        if kind == "cluster" and answer.label is not None:
            taken_out = np.isin(samples, answer.excluded)
            here = samples[(self.kind[samples] == CLUSTER) & ~taken_out]
            self.source[here] = answer.event


@dataclass(frozen=True)
class Held:
    """The labels of a run at a moment.

    Attributes:
        event: the latest event of the journal.
        given: the labels.
        round: the latest round that has asked.
        undoable: the changes that stand, in order.
        work: interactions, images and seconds of the review; see `work_of`.
    """

    event: int
    given: Traced
    round: int
    undoable: tuple[Change, ...]
    work: dict[str, Any]


class Shelf:
    """The labels of each run of a data set. Several threads may use one object."""

    def __init__(
        self, journal: Reviews, files: Sequence[str], predicted: Predict = lambda *_: None
    ):
        """Read nothing yet.

        Args:
            journal: of the data set.
            files: names of its n samples, by `sample_id`.
            predicted: returns float32[n, classes], what the latest model says of every sample, NaN
                where it says nothing; None without a model.
        """
        self.journal, self.files = journal, files
        self._predicted, self._lock = predicted, threading.RLock()
        self._parts: dict[tuple[int, int], Part] = {}  # by step and its latest event
        self._held: dict[Run, Held] = {}

    def runs(self) -> list[Run]:
        """Return scenario and seed of each run that has asked, the latest first."""
        keys = [step.key[:2] for step in self.journal.steps_asked()]
        runs = [key for key in dict.fromkeys(reversed(keys)) if key not in (IMPORTED, VALIDATION)]
        return runs or [VALIDATION]

    def held(self, run: Run) -> Held:
        """Return the labels of a run now."""
        with self._lock:
            event = self.journal.last_event()
            if run not in self._held or self._held[run].event != event:
                self._held[run] = self._replayed(run, event)
            return self._held[run]

    def _replayed(self, run: Run, event: int) -> Held:
        changes = self.journal.changes(*run, event)
        standing = [change for change in changes if change.stands]
        n = len(self.files)
        given = Traced.nothing(n)
        given.source = np.zeros(n, np.int64)
        parts, _ = parts_of(self.journal, *run, self.files, event, self._parts)
        about = replay(given, parts, standing)
        rounds = [step.key[2] for step in self.journal.run_of(*run) if step.state != "dropped"]
        work = work_of(standing, about, changes)
        return Held(event, given, max(rounds, default=0), tuple(standing), work)

    def page(
        self, run: Run, person: str, annotator: str = "", most: int | None = None
    ) -> dict[str, Any]:
        """Return what the page shows of a run, as JSON; see `_columns` for the labels.

        Args:
            run: scenario and seed.
            person, annotator: who looks, and can undo what they changed; by session and name.
            most: the labels that are returned, of `total`; None: all.
        """
        held, names, gone = self.held(run), self.journal.classes(), self.journal.gone()
        label = held.given.label
        count = np.bincount(label[label >= 0], minlength=len(names)).tolist()
        own = [change for change in held.undoable if change.is_of(person, annotator)]
        return {
            "run": list(run),
            "runs": [list(each) for each in self.runs()],
            "classes": [
                [number, name, count[number]]
                for number, name in enumerate(names)
                if number not in gone
            ],
            "undo": self._words(own[-1], names) if own else "",
            "work": held.work,
            "total": sum(count),
            **self._columns(run, held, gone, len(names), most),
        }

    def _columns(
        self, run: Run, held: Held, gone: dict[int, int | None], classes: int, most: int | None
    ) -> dict[str, list]:
        """Return the labeled samples, the most doubtful first, as columns.

        They are `sample`, `label`, `kind`, `doubt` (percent that the model gives other classes than
        the label; -1 if it was not asked), `guess` (its likeliest class; -1) and `cluster` (number
        of the answer that labeled the sample with others; 0). Those of unknown doubt come last:
        labels of clusters before labels of single samples, and then by `sample_id`.
        """
        given = held.given
        sample = np.flatnonzero(given.label >= 0)
        label, kind = given.label[sample].astype(np.int64), given.kind[sample]
        doubt, guess = np.full(len(sample), np.nan), np.full(len(sample), -1)
        probability = without_gone(self._predicted(*run, held.round), gone)
        if probability is not None:
            p = probability[sample]
            known = ~np.isnan(p[:, 0])
            of_label = np.zeros(len(sample))
            told = known & (label < p.shape[1])
            of_label[told] = p[told, label[told]]
            doubt[known] = 1 - np.maximum(of_label[known], 0)
            guess[known] = p[known].argmax(axis=1)
        guess[guess >= classes] = -1
        order = np.lexsort((sample, kind != CLUSTER, -np.nan_to_num(doubt, nan=-1.0)))[:most]
        percent = np.where(np.isnan(doubt), -1, np.round(100 * np.nan_to_num(doubt)))
        columns = {
            "sample": sample,
            "label": label,
            "kind": np.where(kind == CLUSTER, 1, 0),
            "doubt": percent.astype(np.int64),
            "guess": guess,
            "cluster": np.where(kind == CLUSTER, given.source[sample], 0),
        }
        return {name: values[order].tolist() for name, values in columns.items()}

    def _words(self, change: Change, names: Sequence[str]) -> str:
        """Return what undoing a change would undo, in words."""
        images = counted(len(change.samples), "image")
        if change.action == CLEAR:
            return f"the labels of {images} taken back"
        if change.action == RENAME:
            return f"“{change.more['was']}” renamed to “{change.more['name']}”"
        if change.action == MERGE:
            return f"“{change.more['was']}” merged into “{names[change.more['into']]}”"
        if change.action == DELETE:
            return f"“{change.more['was']}” deleted"
        return f"{images} labeled “{names[change.label]}”"

    def cluster_of(self, run: Run, event: int) -> np.ndarray:
        """Return int64[m], the samples whose label comes from one answer about a cluster."""
        given = self.held(run).given
        return np.flatnonzero((given.source == event) & (given.kind == CLUSTER))
