"""Records that the journal returns: questions, steps and answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Question:
    """The question of one interaction.

    Attributes:
        samples: int64[n], in the order they are shown.
        hints: help for the person: the model's guess and its doubt, and earlier answers.
    """

    samples: np.ndarray
    hints: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """The query of a step, as stored in the journal.

    Attributes:
        id: number of the step in the journal.
        key: (scenario, seed, round, step).
        kind: "individual" or "cluster".
        context: numbers that the page shows next to a question; see `asking.context_of`.
        state: "open"; "closed" when the workflow has taken the answers; "dropped" if another
            query has replaced this one.
        classes: names of the classes at the time the step was closed.
    """

    id: int
    key: tuple[str, int, int, str]
    kind: str
    context: dict[str, Any]
    state: str
    classes: tuple[str, ...] = ()

    @property
    def position(self) -> int:
        """Position of the step in its round, from 1."""
        return self.context.get("position", 1)


@dataclass(frozen=True)
class Part:
    """A part of a split cluster, which is a question of its own.

    Attributes:
        of: interaction of the cluster.
        samples: int64[n], the most typical first.
        hints: as of a question.
    """

    of: int
    samples: np.ndarray
    hints: dict[str, Any] = field(default_factory=dict)


class ByPerson:
    """What a person did: with their session, and the name that they gave, "" without one."""

    person: str
    annotator: str

    def is_of(self, person: str, annotator: str) -> bool:
        """Return whether a person did it: one of the same name, or the same session."""
        if self.annotator and annotator:
            return self.annotator == annotator
        return self.person == person


@dataclass(frozen=True)
class Answer(ByPerson):
    """The valid answer of an interaction.

    Attributes:
        label: number of the class; None if the question was refused, or its cluster split.
        excluded: samples taken out of a cluster before it was labeled.
        person: the person who answered.
        at: POSIX time.
        event: number of the event in the journal; later events have higher numbers.
        annotator: the name of that person; "" if they gave none.
    """

    label: int | None
    excluded: tuple[int, ...]
    person: str
    at: float
    event: int = 0
    annotator: str = ""

    def is_of_another(self, annotator: str) -> bool:
        """Return whether the answer is surely that of somebody else: both names are known."""
        return bool(self.annotator and annotator) and self.annotator != annotator


@dataclass
class Standing:
    """State of a step after all its events.

    Attributes:
        answers: valid answers by interaction, in the order they were given.
        skips: number of times that each interaction was skipped.
        seconds: total time spent on each interaction, without that of further people.
        parts: parts of the clusters that are split now, by interaction, the largest part first.
        others: valid answers of further people by interaction, in the order they were given; they
            count for agreement alone (`second`).
        put_off: names of the people who skipped a question that others had answered.
    """

    answers: dict[int, Answer] = field(default_factory=dict)
    skips: dict[int, int] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)
    parts: dict[int, Part] = field(default_factory=dict)
    others: dict[int, list[Answer]] = field(default_factory=dict)
    put_off: dict[int, set[str]] = field(default_factory=dict)

    def parts_of(self, interaction: int) -> list[int]:
        """Return the interactions of the parts of a cluster; none if it is not split."""
        return [number for number, part in self.parts.items() if part.of == interaction]

    def samples_of(self, interaction: int, groups: Sequence[np.ndarray]) -> np.ndarray:
        """Return the samples of a question or a part, given those of the step's questions."""
        part = self.parts.get(interaction)
        return groups[interaction] if part is None else part.samples

    def is_open(self, interaction: int) -> bool:
        """Return whether a question, or a part of it, has no answer."""
        questions = (interaction, *self.parts_of(interaction))
        return any(number not in self.answers for number in questions)

    def left(self, questions: int) -> int:
        """Return how many of a step's questions, and of their parts, have no answer."""
        return questions + len(self.parts) - len(self.answers)
