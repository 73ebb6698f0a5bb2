"""The label that a person gave to each image: all answers of a run, applied in their order.

The pool of a round may have fewer labels: if cluster labels are asked again every round, it has
only those of its own round. Here an answer is valid until a later one contradicts it:

- an individual label wins over every cluster label;
- a later label replaces an earlier one of the same kind;
- an image that was taken out of a cluster does not have the class of the cluster;
- an image that was shown alone and refused has no class;
- a refused cluster changes no label of its images.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from cbal.labeling.asking import digest_of
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
    """

    label: np.ndarray
    kind: np.ndarray
    round: np.ndarray
    denied: dict[int, set[int]] = field(default_factory=dict)

    @classmethod
    def nothing(cls, n: int) -> "Given":
        """Return the state of n images before any answer."""
        return cls(np.full(n, -1, np.int16), np.zeros(n, np.int8), np.full(n, -1, np.int16))

    def copy(self, n: int) -> "Given":
        """Return a copy, extended to n images if n is larger."""
        old = len(self.label)
        new = Given.nothing(max(n, old))
        new.label[:old], new.kind[:old], new.round[:old] = self.label, self.kind, self.round
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
        alone = len(samples) == 1
        if kind == "cluster":
            samples = samples[self.kind[samples] != INDIVIDUAL]
        if answer.label is None:
            if alone:
                self._set(samples, -1, REFUSED, round)
            return
        if answer.excluded:
            taken_out = np.isin(samples, answer.excluded)
            self._deny(samples[taken_out], answer.label)
            samples = samples[~taken_out]
        self._set(samples, answer.label, CLUSTER if kind == "cluster" else INDIVIDUAL, round)
        for sample in self.denied.keys() & set(samples.tolist()) if self.denied else ():
            self.denied[sample].discard(answer.label)

    def _deny(self, samples: np.ndarray, label: int) -> None:
        self._set(samples[self.label[samples] == label], -1, NONE, -1)
        for sample in samples.tolist():
            self.denied.setdefault(sample, set()).add(label)

    def _set(self, samples: np.ndarray, label: int, kind: int, round: int) -> None:
        self.label[samples], self.kind[samples], self.round[samples] = label, kind, round


def replay(given: Given, parts: Iterable[tuple[Step, list[np.ndarray], Standing]]) -> None:
    """Apply the answers of steps to `given`, in the order in which the answers were given.

    Args:
        given: the labels to change, in place.
        parts: for each step the step, the samples of its questions, and its answers.
    """
    answers = [
        (answer.event, step, standing.samples_of(interaction, groups), answer)
        for step, groups, standing in parts
        for interaction, answer in standing.answers.items()
    ]
    for _, step, samples, answer in sorted(answers, key=lambda each: each[0]):
        given.take(step.key[2], step.kind, samples, answer)


def given_to(
    journal: Journal, scenario: str, seed: int, files: Sequence[str]
) -> tuple[Given, list[Step]]:
    """Return the labels that a person gave to a data set's images in a run and before it.

    Dropped steps, whose query was replaced, count too: nobody undid their answers.

    Args:
        journal: journal of the data set.
        scenario, seed: scenario and seed of the run.
        files: n file names, by `sample_id`.

    Returns:
        The labels, and the answered steps that do not count because the files of their samples
        have changed.
    """
    fit, others = [], []
    shared = [step for run in (IMPORTED, VALIDATION) for step in journal.run_of(*run)]
    for step in [*shared, *journal.run_of(scenario, seed)]:
        groups, standing = journal.groups(step.id), journal.standing(step.id)
        last = max((int(group.max()) for group in groups), default=-1)
        same = last < len(files) and digest_of(groups, files) == journal.digest(step.id)
        if same:
            fit.append((step, groups, standing))
        elif standing.answers:
            others.append(step)
    given = Given.nothing(len(files))
    replay(given, fit)
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
    }
    return pa.table(columns, schema=GIVEN)


def from_table(table: pa.Table) -> Given:
    """Return the labels from a table that `to_table` made."""
    numbers = {name: number for number, name in NAMES.items()} | {None: NONE}
    rows = enumerate(table["denied"].to_pylist())
    return Given(
        labels_of(table),
        np.array([numbers[kind] for kind in table["kind"].to_pylist()], np.int8),
        filled(table["round"], np.int16),
        {sample: set(classes) for sample, classes in rows if classes},
    )
