"""The journal of a data set: every question put to a person, and every answer, on disk.

The journal is one SQLite file. An answer is on disk before the page shows the next question.
Answers are events, and events are only added: undoing an answer adds an event, too. So nothing
is lost if the server, the browser or the workflow is killed. Each event has the key of the
request that caused it, so a request that is sent again changes nothing.
"""

import json
import time
from collections.abc import Sequence

from cbal.labeling import class_names
from cbal.labeling.answer_checks import SKIP, SPLIT, UNDO, check_answer, check_parts
from cbal.labeling.checksums import seal
from cbal.labeling.records import Answer, Question, Standing, Step
from cbal.labeling.steps import FIRST_PART, Steps


class ConflictError(Exception):
    """A request comes too late: the question is answered already, or the step is closed."""


class Journal(Steps):
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
        parts = self._parts(step) if any(row[3] == SPLIT for row in rows) else {}
        for event, _, interaction, action, label, excluded, seconds, person, at, *_ in rows:
            spent = standing.seconds.get(interaction, 0.0)
            standing.seconds[interaction] = spent + seconds
            if action == UNDO:
                standing.answers.pop(interaction, None)
                standing.skips.pop(interaction, None)
                for number in standing.parts_of(interaction):
                    del standing.parts[number]
            elif action == SKIP:
                standing.skips[interaction] = standing.skips.get(interaction, 0) + 1
            else:
                taken_out = tuple(json.loads(excluded or "[]"))
                standing.answers[interaction] = Answer(label, taken_out, person, at, event)
                standing.parts |= parts.get(event, {})
        return standing

    def pace(self, scenario: str, seed: int) -> float | None:
        """Return the mean seconds per interaction of a run so far; None before the first one."""
        ((seconds, answered),) = self._rows(
            "SELECT total(seconds), "
            " total((action IN ('label', 'refuse', 'split')) - (action = 'undo'))"
            " FROM events JOIN steps ON steps.id = events.step"
            " WHERE scenario = ? AND seed = ? AND state != 'dropped'",
            scenario,
            seed,
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
    ) -> None:
        """Add an answer to a question, or skip it (`SKIP`). It is on disk when this returns.

        The answer and its new class are added together, or neither is.

        Args:
            step, interaction: the question.
            action: label, refuse or skip.
            person: the person who answers.
            seconds: time that the answer took.
            label: number of the class; give either this or `new_class`.
            new_class: name of a class, which is added if it is new.
            excluded: samples taken out of a cluster.
            request: key of the request; if the journal has this key, nothing changes.

        Raises:
            ConflictError: the question is answered, its step is not open, or another change has
                the request's key.
            KeyError: the question does not exist.
            ValueError: the class or action is unknown, the folder of a new class could be that
                of another class, an excluded sample is not shown, or all samples are excluded.
        """
        samples = self.question(step, interaction).samples.tolist()
        check_answer(samples, action, label, new_class, excluded)
        if new_class is not None:
            new_class = class_names.tidy(new_class)
        with self._change():
            if before := self._change_of(request):
                if before != (step, interaction, action, person):
                    raise ConflictError("this request's key is that of another change")
                return
            if label is not None and not 0 <= label < len(self.classes()):
                raise ValueError(f"there is no class {label}")
            self._round_that_takes(step)
            standing = self.standing(step)
            if interaction in standing.answers:
                raise ConflictError("this question is answered already")
            if interaction >= FIRST_PART and interaction not in standing.parts:
                raise ConflictError("this group is no more: its split was taken back")
            if new_class is not None:
                label = self._number_of(new_class)
            self._insert_event(step, interaction, action, label, excluded, seconds, person, request)

    def split(
        self,
        step: int,
        interaction: int,
        parts: Sequence[Question],
        person: str,
        seconds: float = 0.0,
        request: str | None = None,
    ) -> None:
        """Add the answer to a cluster that splits it: its parts are asked in its place.

        A cluster that is split already is split anew, unless a part has an answer.

        Args:
            step, interaction: the question.
            parts: with their samples and hints; together they have the question's samples.
                Not looked at if the journal has the request.
            person, seconds, request: as in `add`.

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
            event = self._insert_event(step, interaction, SPLIT, None, (), seconds, person, request)
            self._insert_parts(step, interaction, event, parts)

    def _check_unanswered(self, standing: Standing, parts: Sequence[int]) -> None:
        """Check that no part of a split has an answer, before the split is taken back.

        Raises:
            ConflictError: a part has one.
        """
        if any(number in standing.answers for number in parts):
            raise ConflictError("a group of this split has an answer: undo that first")

    def knows(self, request: str | None) -> bool:
        """Return whether the journal has the change of a request."""
        return self._change_of(request) is not None

    def _change_of(self, request: str | None) -> tuple[int, int, str, str] | None:
        """Return step, interaction, action and person of a request; None if it is unknown."""
        for _, step, interaction, action, *_, person, _, _, _ in self._read(
            "events", "WHERE request = ?", request
        ):
            return step, interaction, action, person
        return None

    def undo(self, step: int, person: str, request: str | None = None) -> tuple[int, int]:
        """Undo the last answer that a person gave in the round of a step.

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
                if before[2:] != (UNDO, person):
                    raise ConflictError("this request's key is that of another change")
                return before[:2]
            own = [
                (answer.event, each.id, interaction)
                for each in self._round_that_takes(step)
                for interaction, answer in self.standing(each.id).answers.items()
                if answer.person == person
            ]
            if not own:
                raise ConflictError("there is nothing to undo")
            _, step, interaction = max(own)
            standing = self.standing(step)
            self._check_unanswered(standing, standing.parts_of(interaction))
            self._insert_event(step, interaction, UNDO, None, (), 0.0, person, request)
        return step, interaction

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
        self, step, interaction, action, label, excluded, seconds, person, request
    ) -> int:
        """Add an event; return its number."""
        taken_out = json.dumps(sorted(set(excluded))) if excluded else None
        cursor = self._db.execute(
            "INSERT INTO events"
            " (step, interaction, action, label, excluded, seconds, person, at, request)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (step, interaction, action, label, taken_out, seconds, person, time.time(), request),
        )
        seal(self._db, "events", cursor.lastrowid)
        return cursor.lastrowid

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
            self._db.execute(
                "UPDATE steps SET state = 'closed', classes = ? WHERE id = ?",
                (json.dumps(self.classes()), step),
            )
            seal(self._db, "steps", step, new=False)
        return True

    def _is_answered(self, step: int) -> bool:
        return not self.standing(step).left(len(self.sizes(step)))
