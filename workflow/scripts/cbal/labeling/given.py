"""The label that a person gave to each image: all answers of a run, applied in their order.

The pool of a round may have fewer labels: if cluster labels are asked again every round, it has
only those of its own round. Here an answer is valid until a later one contradicts it:

- an individual label wins over every cluster label;
- a later label replaces an earlier one of the same kind;
- an image that was taken out of a cluster does not have the class of the cluster;
- an image that was shown alone and refused has no class;
- a refused cluster changes no label of its images;
- a label that is corrected in the review is an individual one, and one that is taken back there is
  none; a class that is merged or deleted takes the labels that it has at that moment along.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from cbal.labeling.asking import digest_of
from cbal.labeling.changes import CLEAR, MERGE, RELABEL, RENAME, Change
from cbal.labeling.journal import Journal
from cbal.labeling.records import Answer, Standing, Step
from cbal.pool.state import CLUSTER, INDIVIDUAL, NONE
from cbal.storage.files import filled, labels_of

REFUSED = 4  # the next number after the kinds in `cbal.pool.state`
NAMES = {INDIVIDUAL: "individual", CLUSTER: "cluster", REFUSED: "refused"}
GIVEN = pa.schema(
    {
        "sample_id": pa.int64(),
        "file": pa.string(),
        "label": pa.int16(),
        "kind": pa.string(),
        "round": pa.int16(),
        "denied": pa.list_(pa.int16()),
        "annotator": pa.string(),
    }
)
# Scenario and seed of the steps in the journal that all runs share: the validation's, and that of
# imported labels. No scenario has these names, which are those of folders beside the runs.
VALIDATION, IMPORTED = ("validation", 0), ("labeling", 0)


@dataclass
class Given:
    """Valid answers for n images, by `sample_id`.

    Attributes:
        label: int16[n], -1 if the image has none.
        kind: int8[n], NONE, INDIVIDUAL, CLUSTER or REFUSED.
        round: int16[n], round of the answer, -1 if there is none; 0 is the validation.
        denied: by `sample_id`, the classes of clusters that the image was taken out of.
        by: int32[n], whose answer it is: a place in `names`, 0 where nobody is known.
        names: of the people.
    """

    label: np.ndarray
    kind: np.ndarray
    round: np.ndarray
    denied: dict[int, set[int]] = field(default_factory=dict)
    by: np.ndarray | None = None
    names: list[str] = field(default_factory=lambda: [""])

    def __post_init__(self) -> None:
        if self.by is None:
            self.by = np.zeros(len(self.label), np.int32)

    @classmethod
    def nothing(cls, n: int) -> "Given":
        """Return the state of n images before any answer."""
        return cls(np.full(n, -1, np.int16), np.zeros(n, np.int8), np.full(n, -1, np.int16))

    def copy(self, n: int) -> "Given":
        """Return a copy, extended to n images if n is larger."""
        old = len(self.label)
        new = Given.nothing(max(n, old))
        new.label[:old], new.kind[:old], new.round[:old] = self.label, self.kind, self.round
        new.by[:old], new.names = self.by, list(self.names)
        new.denied = {sample: set(classes) for sample, classes in self.denied.items()}
        return new

    def take(self, round: int, kind: str, samples: np.ndarray, answer: Answer) -> None:
        """Apply an answer that is later than all answers applied so far.

        Args:
            round: round of the answer.
            kind: kind of the question, "individual" or "cluster".
            samples: int64[m], samples that the question showed.
            answer: the answer.
        """
        alone, by = len(samples) == 1, self._number_of(answer.annotator)
        if kind == "cluster":
            samples = samples[self.kind[samples] != INDIVIDUAL]
        if answer.label is None:
            if alone:
                self._set(samples, -1, REFUSED, round, by)
            return
        if answer.excluded:
            taken_out = np.isin(samples, answer.excluded)
            self._deny(samples[taken_out], answer.label)
            samples = samples[~taken_out]
        self._set(samples, answer.label, CLUSTER if kind == "cluster" else INDIVIDUAL, round, by)
        for sample in self.denied.keys() & set(samples.tolist()) if self.denied else ():
            self.denied[sample].discard(answer.label)

    def correct(self, change: Change) -> np.ndarray:
        """Apply a change that is later than all that was applied so far.

        Returns:
            int64[m], the samples that it is about.
        """
        if change.action in (RELABEL, CLEAR):
            samples = change.samples[change.samples < len(self.label)]
            if change.action == CLEAR:
                self._set(samples, -1, NONE, -1, 0)
                return samples
            by = self._number_of(change.annotator)
            self._set(samples, change.label, INDIVIDUAL, change.more["round"], by)
            for sample in self.denied.keys() & set(samples.tolist()):
                self.denied[sample].discard(change.label)
            return samples
        if change.action == RENAME:
            return np.zeros(0, np.int64)
        samples, into = np.flatnonzero(self.label == change.label), change.more.get("into")
        if change.action == MERGE:
            self.label[samples] = into
        else:
            self._set(samples, -1, NONE, -1, 0)
        for classes in self.denied.values():
            if change.label in classes:
                classes ^= {change.label} if into is None else {change.label} | {into} - classes
        return samples

    def _deny(self, samples: np.ndarray, label: int) -> None:
        self._set(samples[self.label[samples] == label], -1, NONE, -1, 0)
        for sample in samples.tolist():
            self.denied.setdefault(sample, set()).add(label)

    def _set(self, samples: np.ndarray, label: int, kind: int, round: int, by: int) -> None:
        self.label[samples], self.kind[samples], self.round[samples] = label, kind, round
        self.by[samples] = by

    def _number_of(self, annotator: str) -> int:
        """Return a person's place in `names`."""
        if annotator not in self.names:
            self.names.append(annotator)
        return self.names.index(annotator)

    def annotators(self) -> list[str | None]:
        """Return the name of who gave each label; None where it is not known."""
        return np.array([name or None for name in self.names], object)[self.by].tolist()


Part = tuple[Step, list[np.ndarray], Standing]  # a step, the samples of its questions, its answers


def replay(given: Given, parts: Iterable[Part], changes: Iterable[Change] = ()) -> list[np.ndarray]:
    """Apply answers and changes to `given`, in the order in which they were made.

    Args:
        given: the labels to change, in place.
        parts: for each step the step, the samples of its questions, and its answers.
        changes: changes of the review.

    Returns:
        The samples that each change is about.
    """
    made = [
        (answer.event, step, standing.samples_of(interaction, groups), answer)
        for step, groups, standing in parts
        for interaction, answer in standing.answers.items()
    ]
    made += [(change.event, None, change.samples, change) for change in changes]
    about = []
    for _, step, samples, what in sorted(made, key=lambda each: each[0]):
        if step is None:
            about.append(given.correct(what))
        else:
            given.take(step.key[2], step.kind, samples, what)
    return about


def parts_of(
    journal: Journal,
    scenario: str,
    seed: int,
    files: Sequence[str],
    until: int | None = None,
    known: dict[tuple[int, int], Part] | None = None,
) -> tuple[list[Part], list[Step]]:
    """Return the steps of a run, and those before it, with their answers.

    Args:
        journal: journal of the data set.
        scenario, seed: scenario and seed of the run.
        files: n file names, by `sample_id`.
        until: number of the last event that counts; None for all.
        known: parts that were read before, by the step's number and its latest event; new ones are
            kept here.

    Returns:
        The parts, and the answered steps that do not count because the files of their samples
        have changed.
    """
    fit, others = [], []
    shared = [step for run in (IMPORTED, VALIDATION) for step in journal.run_of(*run)]
    for step in [*shared, *journal.run_of(scenario, seed)]:
        key = step.id, journal.last_event(step.id)
        if known and key in known:
            fit.append(known[key])
            continue
        groups, standing = journal.groups(step.id), journal.standing(step.id)
        if until is not None:
            early = {i: it for i, it in standing.answers.items() if it.event <= until}
            standing = replace(standing, answers=early)
        last = max((int(group.max()) for group in groups), default=-1)
        same = last < len(files) and digest_of(groups, files) == journal.digest(step.id)
        if same:
            fit.append((step, groups, standing))
            if known is not None:
                known[key] = fit[-1]
        elif standing.answers:
            others.append(step)
    return fit, others


def given_to(
    journal: Journal, scenario: str, seed: int, files: Sequence[str], until: int | None = None
) -> tuple[Given, list[Step]]:
    """Return the labels that a person gave to a data set's images in a run and before it.

    Dropped steps, whose query was replaced, count too: nobody undid their answers.

    Args, second value: see `parts_of`.
    """
    fit, others = parts_of(journal, scenario, seed, files, until)
    given = Given.nothing(len(files))
    standing = [change for change in journal.changes(scenario, seed, until) if change.stands]
    replay(given, fit, standing)
    return given, others


def to_table(given: Given, files: Sequence[str]) -> pa.Table:
    """Return the labels as a table for `given.parquet`; unknown values are null."""
    denied = [sorted(given.denied.get(i, ())) or None for i in range(len(files))]
    columns = {
        "sample_id": np.arange(len(files)),
        "file": list(files),
        "label": pa.array(given.label, mask=given.label < 0),
        "kind": [NAMES.get(kind) for kind in given.kind.tolist()],
        "round": pa.array(given.round, mask=given.round < 0),
        "denied": denied,
        "annotator": given.annotators(),
    }
    return pa.table(columns, schema=GIVEN)


def from_table(table: pa.Table) -> Given:
    """Return the labels from a table that `to_table` made, maybe one of before there were names."""
    numbers = {name: number for number, name in NAMES.items()} | {None: NONE}
    rows = enumerate(table["denied"].to_pylist())
    there = "annotator" in table.column_names
    people = table["annotator"].to_pylist() if there else [None] * len(table)
    names = ["", *sorted(set(filter(None, people)))]
    place = {name: number for number, name in enumerate(names)} | {None: 0}
    return Given(
        labels_of(table),
        np.array([numbers[kind] for kind in table["kind"].to_pylist()], np.int8),
        filled(table["round"], np.int16),
        {sample: set(classes) for sample, classes in rows if classes},
        np.array([place[name] for name in people], np.int32),
        names,
    )
