"""How far people agree who answered the same questions: percent and Cohen's kappa.

The answer to a question is its class, or that it was refused. Images that were taken out of a
cluster are no part of it. Only people with names count, and the order in which they answered does
not matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from cbal.labeling.given import VALIDATION
from cbal.labeling.journal import Journal
from cbal.labeling.records import Answer, Standing, Step
from cbal.labeling.second import SECOND
from cbal.pool.annotations import CLUSTER, INDIVIDUAL
from cbal.stopping.settling import compare

ALL = "all"  # questions of both kinds


@dataclass(frozen=True)
class Pair:
    """Two answers to a question, by people with different names.

    Attributes:
        step, interaction: the question.
        answers: of the two people, by their names in alphabetical order.
    """

    step: Step
    interaction: int
    answers: tuple[Answer, Answer]

    @property
    def names(self) -> tuple[str, str]:
        """The names of the two people."""
        return tuple(answer.annotator for answer in self.answers)

    @property
    def alike(self) -> bool:
        """Whether both gave the same class, or both refused."""
        return self.answers[0].label == self.answers[1].label


@dataclass(frozen=True)
class Agreement:
    """How far answers agree.

    Attributes:
        questions: number of questions that two people answered.
        alike: number of them with the same answer.
        kappa: Cohen's kappa (1960); None where both always gave one and the same answer.
    """

    questions: int
    alike: int
    kappa: float | None


def pairs_of(parts: Iterable[tuple[Step, Standing]]) -> list[Pair]:
    """Return the pairs of answers in some steps: each first answer with those beside it."""
    found = []
    for step, standing in parts:
        for interaction, others in standing.others.items():
            first = standing.answers.get(interaction)
            # A cluster that the first person split since is asked of one person alone.
            for other in others if first and not standing.parts_of(interaction) else ():
                if first.is_of_another(other.annotator):
                    both = sorted((first, other), key=lambda answer: answer.annotator)
                    found.append(Pair(step, interaction, tuple(both)))
    return found


def agreement_of(pairs: Sequence[Pair]) -> Agreement:
    """Return how far the answers of one or more pairs agree."""
    said = [[-1 if each.label is None else each.label for each in pair.answers] for pair in pairs]
    if not said:
        return Agreement(0, 0, None)
    values, codes = np.unique(np.array(said), return_inverse=True)
    one, other = np.eye(len(values))[codes.reshape(-1, 2).T]
    return Agreement(len(pairs), sum(pair.alike for pair in pairs), compare(one, other)["kappa"])


def table(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """Return a row for each two people and each kind of question that both answered.

    Keys: first, second (names), kind (individual, cluster or all), questions, alike, percent (of
    the questions that are alike) and kappa.
    """
    rows = []
    for names, kind in product(sorted({pair.names for pair in pairs}), (INDIVIDUAL, CLUSTER, ALL)):
        of_kind = [p for p in pairs if p.names == names and kind in (p.step.kind, ALL)]
        if of_kind:
            found = agreement_of(of_kind)
            counts = {"questions": found.questions, "alike": found.alike}
            percent = 100 * found.alike / found.questions
            whose = {"first": names[0], "second": names[1], "kind": kind}
            rows.append({**whose, **counts, "percent": percent, "kappa": found.kappa})
    return rows


def disagreements(
    pairs: Sequence[Pair], journal: Journal, files: Sequence[str]
) -> list[dict[str, Any]]:
    """Return a row for each pair of answers that differ, in the order of the questions.

    Keys: round, step, interaction, kind, images (how many the question shows), file (the first of
    them), first, second (names), first_label, second_label (None where the question was refused).

    Args:
        pairs: answers of two people.
        journal: journal of the data set.
        files: file names of the data set's samples, by `sample_id`.
    """
    classes, rows = journal.classes(), []
    ordered = sorted(pairs, key=lambda pair: (pair.step.key[2], pair.step.id, pair.interaction))
    for pair in ordered:
        if pair.alike:
            continue
        samples = journal.question(pair.step.id, pair.interaction).samples
        labels = [None if it.label is None else classes[it.label] for it in pair.answers]
        rows.append(
            {
                "round": pair.step.key[2],
                "step": pair.step.key[3],
                "interaction": pair.interaction,
                "kind": pair.step.kind,
                "images": len(samples),
                "file": files[int(samples[0])],
                "first": pair.names[0],
                "second": pair.names[1],
                "first_label": labels[0],
                "second_label": labels[1],
            }
        )
    return rows


def _as_now(pair: Pair, gone: Mapping[int, int | None]) -> Pair:
    """Return a pair with the classes that merged ones are now; a deleted class stays itself."""
    if not gone:
        return pair
    became = {number: into for number, into in gone.items() if into is not None}
    one, other = (replace(it, label=became.get(it.label, it.label)) for it in pair.answers)
    return replace(pair, answers=(one, other))


class Agreements:
    """The pairs of answers of a journal. What did not change is not read again."""

    def __init__(self, journal: Journal):
        """Start without cached answers."""
        self._journal = journal
        self._read: dict[int, tuple[int, list[Pair]]] = {}  # with the last event, by step

    def pairs_of(self, scenario: str, seed: int) -> list[Pair]:
        """Return the pairs of a run and of the validation, which all runs share."""
        steps = self._journal.steps_with(SECOND)
        latest = self._journal.latest_events() if steps else {}
        gone = self._journal.gone() if steps else {}
        found = []
        for step in steps:
            if step.key[:2] in ((scenario, seed), VALIDATION):
                if self._read.get(step.id, (0,))[0] != latest[step.id]:
                    part = [(step, self._journal.standing(step.id))]
                    self._read[step.id] = latest[step.id], pairs_of(part)
                found += [_as_now(pair, gone) for pair in self._read[step.id][1]]
        return found

    def of_run(self, scenario: str, seed: int) -> Agreement | None:
        """Return how far the answers of a run agree; None if no two people answered a question."""
        pairs = self.pairs_of(scenario, seed)
        return agreement_of(pairs) if pairs else None
