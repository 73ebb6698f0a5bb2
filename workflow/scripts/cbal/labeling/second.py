"""Answers of a second person to questions that somebody else has answered: for agreement alone.

The first answer to a question is the one that trains and that is taken away. A share of the
questions is then asked of a second person, who is somebody with another name. Such an answer is
an event like any other, but with `SECOND` before its action.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from cbal.labeling.answer_checks import SKIP, UNDO
from cbal.labeling.records import Answer, Standing, Step
from cbal.randomness import generator

if TYPE_CHECKING:
    from cbal.labeling.journal import Journal

SECOND = "second "  # begins the action of an event about the answer of a further person

Own = tuple[int, int, int, str]  # event, step, interaction, and the action that undoes it


def take_second(standing: Standing, interaction: int, action: str, given: Answer) -> None:
    """Apply an event about the answer of a further person.

    Args:
        standing: state of the step, which changes.
        interaction: the question.
        action: label, refuse, skip or undo.
        given: who did it, and the answer if there is one.
    """
    others = standing.others.setdefault(interaction, [])
    if action == SKIP:
        standing.put_off.setdefault(interaction, set()).add(given.annotator)
        return
    others[:] = [each for each in others if each.annotator != given.annotator]
    standing.put_off.get(interaction, set()).discard(given.annotator)
    if action != UNDO:
        others.append(given)


def own_seconds(journal: "Journal", step: Step, annotator: str) -> list[Own]:
    """Return a person's answers beside those of others, since the round of a step is asked."""
    like = f"{SECOND}%"
    ((before,),) = journal._rows(
        "SELECT coalesce(max(events.id), 0) FROM events JOIN steps ON steps.id = events.step"
        " WHERE scenario = ? AND seed = ? AND round < ? AND action NOT LIKE ?",
        *step.key[:3],
        like,
    )
    steps = journal._rows(
        "SELECT DISTINCT step FROM events WHERE action LIKE ? AND id > ?", like, before
    )
    return [
        (answer.event, number, interaction, SECOND + UNDO)
        for (number,) in steps
        for interaction, answers in journal.standing(number).others.items()
        for answer in answers
        if answer.annotator == annotator and answer.event > before
    ]


def doubled(step: Step, questions: int, share: float) -> np.ndarray:
    """Return bool[questions], which questions of a step a second person is asked.

    The run's seed draws them. Their number is the share of the questions, up or down to a whole
    number by chance, so that steps of few questions have their share, too.

    Args:
        step: the step.
        questions: number of its questions.
        share: of the questions, from 0 to 1.
    """
    scenario, seed, round_, name = step.key
    rng = generator(scenario, seed, round_, f"{name} asked of two")
    chosen = np.zeros(questions, bool)
    chosen[rng.permutation(questions)[: int(share * questions + rng.random())]] = True
    return chosen


class Seconds:
    """The questions that a second person is asked."""

    def __init__(self, journal: "Journal", share: float):
        """Start without cached answers.

        Args:
            journal: journal of the data set.
            share: of the questions that a second person is asked; 0 for none.
        """
        self._journal, self.share = journal, share
        self._standings: dict[int, tuple[int, Standing]] = {}  # with the last event, by step
        self._doubled: dict[int, np.ndarray] = {}

    def due(self, annotator: str) -> Iterator[tuple[Step, int]]:
        """Yield the questions that a person is to answer beside somebody else, oldest first."""
        if not (self.share and annotator):
            return
        latest = self._journal.latest_events()
        for step in self._journal.steps_asked():
            if step.id in latest:
                standing = self._standing(step.id, latest[step.id])
                for interaction in np.flatnonzero(self._of(step)).tolist():
                    if _is_due(standing, interaction, annotator):
                        yield step, interaction

    def is_due(self, step: int, interaction: int, annotator: str) -> bool:
        """Return whether a person is to answer a question beside somebody else."""
        if not (self.share and annotator):
            return False
        standing = self._journal.standing(step)
        is_due = _is_due(standing, interaction, annotator)
        return is_due and bool(self._of(self._journal.step(step))[interaction])

    def _of(self, step: Step) -> np.ndarray:
        if step.id not in self._doubled:
            questions = len(self._journal.sizes(step.id))
            self._doubled[step.id] = doubled(step, questions, self.share)
        return self._doubled[step.id]

    def _standing(self, step: int, last: int) -> Standing:
        """Return the answers of a step, read again only if it has another last event."""
        if self._standings.get(step, (0,))[0] != last:
            self._standings[step] = last, self._journal.standing(step)
        return self._standings[step][1]


def _is_due(standing: Standing, interaction: int, annotator: str) -> bool:
    """Return whether somebody else alone has answered, and this person did not put it off.

    Split clusters and their parts are asked of one person: another one might split otherwise.
    """
    first = standing.answers.get(interaction)
    others = standing.others.get(interaction, ())
    return (
        first is not None
        and interaction not in standing.parts
        and not standing.parts_of(interaction)
        and first.is_of_another(annotator)
        and not any(first.is_of_another(other.annotator) for other in others)
        and annotator not in standing.put_off.get(interaction, ())
    )
