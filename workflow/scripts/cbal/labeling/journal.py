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
from cbal.labeling.answer_checks import SPLIT, UNDO, check_answer, check_parts
from cbal.labeling.checksums import seal
from cbal.labeling.events import Events
from cbal.labeling.records import Question, Standing, Step
from cbal.labeling.second import SECOND, own_seconds
from cbal.labeling.steps import FIRST_PART


class ConflictError(Exception):
    """A request comes too late: the question is answered already, or the step is closed."""


class Journal(Events):
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
        """Add an answer to a question, or skip it. It is on disk when this returns.

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
        if self.step(step).key[0].startswith("/"):
            raise ValueError("this is a change of the review, and no question")
        check_answer(samples, action, label, new_class, excluded)
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
                raise ValueError(f"there is no class {label}; load the page again")
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
        if interaction >= FIRST_PART and interaction not in standing.parts:
            raise ConflictError("this group is no more: its split was taken back")
        first = standing.answers.get(interaction)
        is_of_split = interaction in standing.parts or standing.parts_of(interaction)
        if first is None or is_of_split or not first.is_of_another(annotator):
            self._round_that_takes(step)
            if first is not None:
                raise ConflictError("this question is answered already")
            return action
        if any(each.annotator == annotator for each in standing.others.get(interaction, ())):
            raise ConflictError("you have answered this question already")
        return SECOND + action

    def split(
        self,
        step: int,
        interaction: int,
        parts: Sequence[Question],
        person: str,
        seconds: float = 0.0,
        request: str | None = None,
        annotator: str = "",
    ) -> None:
        """Add the answer to a cluster that splits it: its parts are asked in its place.

        A cluster that is split already is split anew, unless a part has an answer.

        Args:
            step, interaction: the question.
            parts: with their samples and hints; together they have the question's samples.
                Not looked at if the journal has the request.
            person, seconds, request, annotator: as in `add`.

        Raises:
            ConflictError: as in `add`, or a part of the earlier split has an answer.
            KeyError: the question does not exist.
            ValueError: it is no cluster of the step's query, or these are not its parts.
        """
        samples = self.question(step, interaction).samples.tolist()
        with self._change():
            if before := self._change_of(request):
                if before != (step, interaction, SPLIT, person):
                    raise ConflictError("this request's key is that of another change")
                return
            if interaction >= FIRST_PART:
                raise ValueError("a part of a cluster cannot be split")
            check_parts(self.step(step).kind, samples, [part.samples.tolist() for part in parts])
            self._round_that_takes(step)
            standing = self.standing(step)
            if interaction in standing.answers:
                earlier = standing.parts_of(interaction)
                if not earlier:
                    raise ConflictError("this question is answered already")
                self._check_unanswered(standing, earlier)
                self._insert_event(step, interaction, UNDO, None, (), 0.0, person, None)
            event = self._insert_event(
                step, interaction, SPLIT, None, (), seconds, person, request, annotator
            )
            self._insert_parts(step, interaction, event, parts)

    def _check_unanswered(self, standing: Standing, parts: Sequence[int]) -> None:
        """Check that no part of a split has an answer, before the split is taken back.

        Raises:
            ConflictError: a part has one.
        """
        if any(number in standing.answers for number in parts):
            raise ConflictError("a group of this split has an answer: undo that first")

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
                another change has the request's key; or it is a split, and somebody else answered
                a part.
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
            if action == UNDO:
                standing = self.standing(step)
                self._check_unanswered(standing, standing.parts_of(interaction))
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
        return not self.standing(step).left(len(self.sizes(step)))
