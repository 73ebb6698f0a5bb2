"""The journal's classes, steps and questions."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from cbal.labeling.checksums import seal
from cbal.labeling.database import Database
from cbal.labeling.records import Part, Question, Step

FIRST_PART = 2**30  # parts of split clusters have interactions from here on


class Steps(Database):
    """The part of the journal with steps and questions; `Journal` adds the answers."""

    def classes(self) -> list[str]:
        """Return the names of all classes, by number."""
        return [name for _, name in self._read("classes", "ORDER BY number")]

    def open_step(
        self,
        key: tuple[str, int, int, str],
        kind: str,
        digest: str,
        context: dict[str, Any],
        questions: Sequence[Question],
    ) -> Step:
        """Add a query to the journal, or return it with its answers if the journal has it.

        An earlier query of the same step with another digest is dropped: its answers stay in the
        journal, but not for the new query. A closed step is opened again if an answer was undone
        and not given again.

        Args:
            key: (scenario, seed, round, step).
            kind: "individual" or "cluster".
            digest: digest of the query, see `asking.digest_of`.
            context: see `Step`.
            questions: by interaction, dense from 0.
        """
        where = "scenario = ? AND seed = ? AND round = ? AND step = ?"
        with self._change():
            for other in self._steps(f"{where} AND digest != ?", *key, digest):
                self._set_state(other.id, "dropped")
            found = self._steps(f"{where} AND digest = ?", *key, digest)
            if not found:
                self._insert(key, kind, digest, context, questions)
            elif found[0].state == "dropped" or not self._is_answered(found[0].id):
                self._set_state(found[0].id, "open")
        (step,) = self._steps(f"{where} AND digest = ?", *key, digest)
        return step

    def _insert(self, key, kind, digest, context, questions) -> None:
        """Insert a step and its questions."""
        step = self._db.execute(
            "INSERT INTO steps (scenario, seed, round, step, kind, digest, context, state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 'open')",
            (*key, kind, digest, json.dumps(context)),
        ).lastrowid
        seal(self._db, "steps", step)
        for i, question in enumerate(questions):
            self._insert_question(step, i, question)

    def _insert_question(self, step: int, interaction: int, question: Question) -> None:
        samples = question.samples.astype("<i8").tobytes()
        row = self._db.execute(
            "INSERT INTO questions (step, interaction, samples, hints) VALUES (?, ?, ?, ?)",
            (step, interaction, samples, json.dumps(question.hints)),
        ).lastrowid
        seal(self._db, "questions", row)

    def _insert_parts(
        self, step: int, interaction: int, event: int, parts: Sequence[Question]
    ) -> None:
        """Insert the parts into which an event splits a cluster, as questions of its step."""
        ((known,),) = self._rows(
            "SELECT count(*) FROM questions WHERE step = ? AND interaction >= ?", step, FIRST_PART
        )
        for number, part in enumerate(parts, start=FIRST_PART + known):
            hints = {**part.hints, "of": interaction, "split": event}
            self._insert_question(step, number, Question(part.samples, hints))

    def _parts(self, step: int) -> dict[int, dict[int, Part]]:
        """Return all parts of a step, those of splits that were undone too.

        They are by the event that split their cluster, and then by interaction.
        """
        where = "WHERE step = ? AND interaction >= ? ORDER BY interaction"
        result: dict[int, dict[int, Part]] = {}
        for _, number, samples, text in self._read("questions", where, step, FIRST_PART):
            hints = json.loads(text)
            part = Part(hints["of"], np.frombuffer(samples, "<i8"), hints)
            result.setdefault(hints["split"], {})[number] = part
        return result

    def _set_state(self, step: int, state: str) -> None:
        self._db.execute("UPDATE steps SET state = ? WHERE id = ?", (state, step))
        seal(self._db, "steps", step, new=False)

    def _is_answered(self, step: int) -> bool:
        """Return whether every question of a step has an answer."""
        raise NotImplementedError

    def _steps(self, where: str, *values: Any) -> list[Step]:
        rows = self._read("steps", f"WHERE {where} ORDER BY id", *values)
        return [
            Step(
                row[0],
                tuple(row[1:5]),
                row[5],
                json.loads(row[7]),
                row[8],
                tuple(json.loads(row[9] or "[]")),
            )
            for row in rows
        ]

    def open_steps(self) -> list[Step]:
        """Return the open steps, oldest first."""
        return self._steps("state = 'open'")

    def round_of(self, step: Step) -> list[Step]:
        """Return the steps of a step's round in their order, without other, dropped steps."""
        where = "scenario = ? AND seed = ? AND round = ? AND (state != 'dropped' OR id = ?)"
        steps = self._steps(where, *step.key[:3], step.id)
        return sorted(steps, key=lambda each: each.position)

    def round_until(self, step: Step) -> list[Step]:
        """Return the closed steps that come before a step in its round, and the step itself."""
        closed = [each for each in self.round_of(step) if each.state == "closed"]
        return [*(each for each in closed if each.position < step.position), step]

    def latest_closed(self) -> Step | None:
        """Return the closed step that was added last; None if no step is closed."""
        closed = self._steps("state = 'closed'")
        return closed[-1] if closed else None

    def steps_asked(self) -> list[Step]:
        """Return the steps that were asked and not dropped, oldest first; none of the review."""
        return self._steps("state IN ('open', 'closed')")

    def steps_with(self, action: str) -> list[Step]:
        """Return the steps with an event whose action begins so, oldest first."""
        where = "id IN (SELECT step FROM events WHERE action LIKE ?)"
        return self._steps(where, f"{action}%")

    def latest_events(self) -> dict[int, int]:
        """Return the number of the last event of each step that has one."""
        return dict(self._rows("SELECT step, max(id) FROM events GROUP BY step"))

    def question(self, step: int, interaction: int) -> Question:
        """Return a question.

        Raises:
            KeyError: the question does not exist.
        """
        where = "WHERE step = ? AND interaction = ?"
        for _, _, samples, hints in self._read("questions", where, step, interaction):
            return Question(np.frombuffer(samples, "<i8"), json.loads(hints))
        raise KeyError((step, interaction))

    def all_questions(self, step: int) -> list[Question]:
        """Return the questions of a step, by interaction; parts are none of them."""
        where = "WHERE step = ? AND interaction < ? ORDER BY interaction"
        rows = self._read("questions", where, step, FIRST_PART)
        return [Question(np.frombuffer(row[2], "<i8"), json.loads(row[3])) for row in rows]

    def whole(self, step: int, interaction: int) -> int:
        """Return the interaction of the cluster that a part is of; that of a question itself.

        Raises:
            KeyError: the question does not exist.
        """
        if interaction < FIRST_PART:
            return interaction
        return self.question(step, interaction).hints["of"]

    def siblings(self, step: int, part: int) -> dict[int, np.ndarray]:
        """Return the samples of all parts of the split that made a part, by interaction.

        Raises:
            KeyError: the part does not exist.
        """
        split = self.question(step, part).hints["split"]
        return {number: each.samples for number, each in self._parts(step)[split].items()}

    def groups(self, step: int) -> list[np.ndarray]:
        """Return the samples of each question of a step; parts are none of them."""
        return [question.samples for question in self.all_questions(step)]

    def digest(self, step: int) -> str:
        """Return the digest of a step's query."""
        ((*_, digest, _, _, _),) = self._read("steps", "WHERE id = ?", step)
        return digest

    def run_of(self, scenario: str, seed: int) -> list[Step]:
        """Return all steps of a run, dropped ones too, oldest first."""
        return self._steps("scenario = ? AND seed = ?", scenario, seed)

    def sizes(self, step: int) -> list[int]:
        """Return the number of samples of each question of a step; parts are none of them."""
        rows = self._rows(
            "SELECT length(samples) FROM questions WHERE step = ? AND interaction < ?"
            " ORDER BY interaction",
            step,
            FIRST_PART,
        )
        return [n // 8 for (n,) in rows]

    def step(self, id_: int) -> Step:
        """Return a step by its number in the journal.

        Raises:
            KeyError: the step does not exist.
        """
        for step in self._steps("id = ?", id_):
            return step
        raise KeyError(id_)
