"""The journal of a data set: every question put to a person, and every answer, on disk.

The journal is one SQLite file. An answer is on disk before the page shows the next question.
Answers are events, and events are only added: undoing an answer adds an event, too. So nothing
is lost if the server, the browser or the workflow is killed. Each event has the key of the
request that caused it, so a request that is sent again changes nothing.
"""

import json
import time
from collections.abc import Sequence
from contextlib import suppress

from cbal.labeling import class_names
from cbal.labeling.changes import Changes
from cbal.labeling.checksums import seal
from cbal.labeling.records import LABEL, REFUSE, SKIP, UNDO, Answer, Standing, Step
from cbal.labeling.second import SECOND, own_seconds, take_second

ANSWERS = (LABEL, REFUSE)


class ConflictError(Exception):
    """A request comes too late: the question is answered already, or the step is closed."""


class Journal(Changes):
    """The journal, open for reading and adding. Several threads may use one object."""

    def add_class(self, name: str) -> int:
        """Add a class if it is new; return its number.

        Raises:
            ValueError: the name is invalid, or its folder could be that of another class; see
                `class_names`.
        """
        name = class_names.tidy(name)
        with self._change():
            return self._number_of(name)

    def start_with(self, names: Sequence[str]) -> None:
        """Add the classes that settings name, but for those that a person has changed since.

        Raises:
            ValueError: see `add_class`.
        """
        former = self.former_names()
        for name in names:
            if class_names.tidy(name) not in former:
                self.add_class(name)

    def _number_of(self, name: str) -> int:
        """Return the number of a class; add the class if it is new."""
        known = self.classes()
        number = class_names.number_of(name, known)
        if number is None:
            number = len(known)
            sql = "INSERT INTO classes (number, name) VALUES (?, ?)"
            self._db.execute(sql, (number, name))
            seal(self._db, "classes", number)
        return number

    def standing(self, step: int) -> Standing:
        """Return the answers, skips and seconds of a step."""
        standing = Standing()
        rows = self._read("events", "WHERE step = ? ORDER BY id", step)
        for event, _, interaction, action, label, excluded, seconds, person, at, *_, name in rows:
            taken_out = tuple(json.loads(excluded or "[]"))
            given = Answer(label, taken_out, person, at, event, name or "")
            if action.startswith(SECOND):
                take_second(standing, interaction, action.removeprefix(SECOND), given)
                continue
            spent = standing.seconds.get(interaction, 0.0)
            standing.seconds[interaction] = spent + seconds
            if action == UNDO:
                standing.answers.pop(interaction, None)
                standing.skips.pop(interaction, None)
            elif action == SKIP:
                standing.skips[interaction] = standing.skips.get(interaction, 0) + 1
            else:
                standing.answers[interaction] = given
        return standing

    def pace(self, scenario: str, seed: int) -> float | None:
        """Return the mean seconds per interaction of a run so far; None before the first one."""
        ((seconds, answered),) = self._rows(
            "SELECT total(seconds), total((action IN ('label', 'refuse')) - (action = 'undo'))"
            " FROM events JOIN steps ON steps.id = events.step"
            " WHERE scenario = ? AND seed = ? AND state != 'dropped' AND action NOT LIKE ?",
            scenario,
            seed,
            f"{SECOND}%",
        )
        return seconds / answered if answered > 0 else None

    def add(
        self,
        step: int,
        interaction: int,
        action: str,
        person: str,
        seconds: float = 0.0,
        label: int | None = None,
        excluded: Sequence[int] = (),
        new_class: str | None = None,
        request: str | None = None,
        annotator: str = "",
    ) -> bool:
        """Add an answer to a question, or skip it (`SKIP`). It is on disk when this returns.

        The answer and its new class are added together, or neither is. The first answer to a
        question is the one that counts. Those of people with other names are kept beside it, also
        when the step is closed.

        Args:
            step, interaction: the question.
            action: label, refuse or skip.
            person: the person who answers, by session.
            seconds: time that the answer took.
            label: number of the class; give either this or `new_class`.
            new_class: name of a class, which is added if it is new.
            excluded: samples taken out of a cluster.
            request: key of the request; if the journal has this key, nothing changes.
            annotator: the name of that person; "" if they gave none.

        Returns:
            Whether it is the first answer, and not one beside that of somebody else.

        Raises:
            ConflictError: the question is answered, its step is not open, or another change has
                the request's key.
            KeyError: the question does not exist.
            ValueError: the class or action is unknown, the folder of a new class could be that
                of another class, an excluded sample is not shown, or all samples are excluded.
        """
        samples = self.question(step, interaction).samples.tolist()
        _check_answer(samples, action, label, new_class, excluded)
        if new_class is not None:
            new_class = class_names.tidy(new_class)
        with self._change():
            if before := self._change_of(request):
                taken = (action, SECOND + action)
                if before not in [(step, interaction, each, person) for each in taken]:
                    raise ConflictError("this request's key is that of another change")
                return before[2] == action
            known = label is None or 0 <= label < len(self.classes()) and label not in self.gone()
            if not known:
                raise ValueError(f"there is no class {label}")
            action = self._as_taken(step, interaction, action, annotator)
            if new_class is not None:
                label = self._number_of(new_class)
            self._insert_event(
                step, interaction, action, label, excluded, seconds, person, request, annotator
            )
        return not action.startswith(SECOND)

    def _as_taken(self, step: int, interaction: int, action: str, annotator: str) -> str:
        """Return the action of an event: the first answer's, or that of a further person.

        Raises:
            ConflictError: the question is answered by this person, or maybe so, or its step is
                not open.
        """
        standing = self.standing(step)
        first = standing.answers.get(interaction)
        if first is None or not first.is_of_another(annotator):
            self._round_that_takes(step)
            if first is not None:
                raise ConflictError("this question is answered already")
            return action
        if any(each.annotator == annotator for each in standing.others.get(interaction, ())):
            raise ConflictError("you have answered this question already")
        return SECOND + action

    def knows(self, request: str | None) -> bool:
        """Return whether the journal has the change of a request."""
        return self._change_of(request) is not None

    def _change_of(self, request: str | None) -> tuple[int, int, str, str] | None:
        """Return step, interaction, action and person of a request; None if it is unknown."""
        for _, step, interaction, action, *_, person, _, _, _, _ in self._read(
            "events", "WHERE request = ?", request
        ):
            return step, interaction, action, person
        return None

    def undo(
        self, step: int, person: str, request: str | None = None, annotator: str = ""
    ) -> tuple[int, int]:
        """Undo the last answer that a person gave in the round of a step, or since it began.

        This may be an answer of an earlier step of the round, as long as a later step is open:
        the workflow then corrects the results of the earlier step. If the journal has the key of
        the request, nothing more is undone.

        Returns:
            Step and interaction of the answer.

        Raises:
            ConflictError: no step of the round is open, none has an answer of the person, or
                another change has the request's key.
        """
        with self._change():
            if before := self._change_of(request):
                if before[2:] not in [(UNDO, person), (SECOND + UNDO, person)]:
                    raise ConflictError("this request's key is that of another change")
                return before[:2]
            own = self._own_answers(step, person, annotator)
            if not own:
                self._round_that_takes(step)
                raise ConflictError("there is nothing to undo")
            _, step, interaction, action = max(own)
            self._insert_event(step, interaction, action, None, (), 0.0, person, request, annotator)
        return step, interaction

    def _own_answers(
        self, step: int, person: str, annotator: str
    ) -> list[tuple[int, int, int, str]]:
        """Return a person's answers that can be undone: event, step, interaction, action to undo.

        Answers beside those of others are in the steps of any round; those from before the round
        of `step` are not reached.
        """
        own = []
        with suppress(ConflictError):  # the round is handed on
            own = [
                (answer.event, each.id, interaction, UNDO)
                for each in self._round_that_takes(step)
                for interaction, answer in self.standing(each.id).answers.items()
                if answer.is_of(person, annotator)
            ]
        return own + own_seconds(self, self.step(step), annotator)

    def _round_that_takes(self, step: int) -> list[Step]:
        """Return the steps of a step's round up to an open one: the step, or a later one.

        Raises:
            ConflictError: neither the step nor a later one is open.
        """
        for last in reversed(self.round_of(self.step(step))):
            steps = self.round_until(last)
            if last.state == "open" and step in [each.id for each in steps]:
                return steps
        raise ConflictError("the answers of this step are handed on already")

    def _insert_event(
        self, step, interaction, action, label, excluded, seconds, person, request, annotator=""
    ) -> None:
        taken_out = json.dumps(sorted(set(excluded))) if excluded else None
        cursor = self._db.execute(
            "INSERT INTO events (step, interaction, action, label, excluded, seconds, person, at,"
            " request, annotator) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (step, interaction, action, label, taken_out, seconds, person, time.time(), request)
            + (annotator or None,),
        )
        seal(self._db, "events", cursor.lastrowid)

    def close_step(self, step: int, grace: float) -> bool:
        """Close a step if all questions are answered, and the last answer is `grace` seconds old.

        Questions of earlier steps of the round count too, because an answer may be undone.
        Return whether the step was closed.
        """
        with self._change():
            steps = [each.id for each in self.round_until(self.step(step))]
            if not all(self._is_answered(each) for each in steps):
                return False
            answers = [a for each in steps for a in self.standing(each).answers.values()]
            latest = max((answer.at for answer in answers), default=0.0)
            if 0 <= time.time() - latest < grace:
                return False
            context = self.step(step).context | {"until": self.last_event()}
            self._db.execute(
                "UPDATE steps SET state = 'closed', classes = ?, context = ? WHERE id = ?",
                (json.dumps(self.classes()), json.dumps(context), step),
            )
            seal(self._db, "steps", step, new=False)
        return True

    def _is_answered(self, step: int) -> bool:
        return len(self.standing(step).answers) == len(self.sizes(step))


def _check_answer(
    samples: Sequence[int],
    action: str,
    label: int | None,
    new_class: str | None,
    excluded: Sequence[int],
) -> None:
    """Check that the parts of an answer to a question about `samples` go together.

    Raises:
        ValueError: they do not.
    """
    if action not in (*ANSWERS, SKIP):
        raise ValueError(f"unknown action {action!r}")
    given = (label is not None) + (new_class is not None)
    if given != (action == LABEL) or (excluded and action != LABEL):
        raise ValueError("a label, and samples taken out, go with the action `label` only")
    if not set(excluded) <= set(samples):
        raise ValueError("a sample that is not shown cannot be taken out")
    if len(set(excluded)) == len(samples):
        raise ValueError("every image is taken out: refuse the cluster instead")
