"""What the journal tells: questions, steps, answers."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Question:
    """One interaction as it is put before a person.

    Attributes:
        samples: int64[n], in the order they are shown.
        hints: what is known of it: the model's guess, earlier answers.
    """

    samples: np.ndarray
    hints: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """A step's query as the journal has it.

    Attributes:
        id: in the journal.
        key: (scenario, seed, round, step).
        kind: "individual" or "cluster".
        context: what the page shows around the question; see `asking.context_of`.
        state: "open"; "closed" once its answers are handed on; "dropped" if another query
            took its place.
        classes: names of the classes when it was closed.
    """

    id: int
    key: tuple[str, int, int, str]
    kind: str
    context: dict[str, Any]
    state: str
    classes: tuple[str, ...] = ()

    @property
    def position(self) -> int:
        """Of the step among the steps of its round, from 1."""
        return self.context.get("position", 1)


@dataclass(frozen=True)
class Answer:
    """The answer that holds for an interaction.

    Attributes:
        label: number of the class; None where it was refused.
        excluded: samples taken out of a cluster before it was labeled.
        person: who gave it.
        at: POSIX time.
        event: number of the journal's event, later ones higher.
    """

    label: int | None
    excluded: tuple[int, ...]
    person: str
    at: float
    event: int = 0


@dataclass
class Standing:
    """Where a step stands after all its events.

    Attributes:
        answers: by interaction, in the order they were given.
        skips: times each interaction was put off.
        seconds: spent on each interaction, all looks at it together.
    """

    answers: dict[int, Answer] = field(default_factory=dict)
    skips: dict[int, int] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)
