"""The journal of a data set: every question put to a person, and every answer, on disk.

One SQLite file in WAL mode; a commit is on disk before the page shows the next question.
Answers are events that are only added, so that undoing one is an event too, and a killed
server, browser or workflow finds everything as it was.
"""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cbal.labeling import class_names
from cbal.labeling.database import Database
from cbal.labeling.records import Answer, Question, Standing, Step

LABEL, REFUSE, SKIP, UNDO = "label", "refuse", "skip", "undo"
ANSWERS = (LABEL, REFUSE)

SCHEMA = """
CREATE TABLE IF NOT EXISTS classes (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS steps (
    id INTEGER PRIMARY KEY, scenario TEXT NOT NULL, seed INTEGER NOT NULL,
    round INTEGER NOT NULL, step TEXT NOT NULL, kind TEXT NOT NULL, digest TEXT NOT NULL,
    context TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'open', classes TEXT,
    UNIQUE (scenario, seed, round, step, digest));
CREATE TABLE IF NOT EXISTS questions (
    step INTEGER NOT NULL, interaction INTEGER NOT NULL, samples BLOB NOT NULL,
    hints TEXT NOT NULL, PRIMARY KEY (step, interaction));
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, step INTEGER NOT NULL, interaction INTEGER NOT NULL,
    action TEXT NOT NULL, label INTEGER, excluded TEXT, seconds REAL NOT NULL,
    person TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS events_of_step ON events (step);
"""


class ConflictError(Exception):
    """The journal has moved on: the question is answered already, or the step is closed."""


class Journal(Database):
    """The journal in a file, open for reading and adding; threads may share it."""

    def __init__(self, path: Path):
        """Open the journal, or begin one.

        Raises:
            InputError: the file cannot be opened, or is no journal.
        """
        super().__init__(path, SCHEMA)

    def classes(self) -> list[str]:
        """Return the names of all classes; a class's number is its place."""
        return [name for (name,) in self._rows("SELECT name FROM classes ORDER BY number")]

    def add_class(self, name: str) -> int:
        """Add a class if it is new; return its number.

        Raises:
            ValueError: the name is none, or may be the same folder as another class's; see
                `class_names`.
        """
        name = class_names.tidy(name)
        with self._change():
            known = self.classes()
            number = class_names.number_of(name, known)
            if number is None:
                number = len(known)
                self._db.execute("INSERT INTO classes VALUES (?, ?)", (number, name))
        return number

    def open_step(
        self,
        key: tuple[str, int, int, str],
        kind: str,
        digest: str,
        context: dict[str, Any],
        questions: Sequence[Question],
    ) -> Step:
        """Put a query into the journal, or find it there with the answers it has.

        A query of the same step with another digest is dropped, and its answers stay behind. A
        step that was closed is open again where an answer was taken back and not given anew.

        Args:
            key: (scenario, seed, round, step).
            kind: "individual" or "cluster".
            digest: of all that makes the query what it is.
            context: see `Step`.
            questions: by interaction, dense from 0.
        """
        where = "scenario = ? AND seed = ? AND round = ? AND step = ?"
        with self._change():
            self._db.execute(
                f"UPDATE steps SET state = 'dropped' WHERE {where} AND digest != ?", (*key, digest)
            )
            found = self._rows(
                f"SELECT id, state FROM steps WHERE {where} AND digest = ?", *key, digest
            )
            if not found:
                self._insert(key, kind, digest, context, questions)
            elif found[0][1] == "dropped" or not self._is_answered(found[0][0]):
                self._db.execute("UPDATE steps SET state = 'open' WHERE id = ?", (found[0][0],))
        (step,) = self._steps(f"{where} AND digest = ?", *key, digest)
        return step

    def _insert(self, key, kind, digest, context, questions) -> None:
        """Insert a step and its questions."""
        cursor = self._db.execute(
            "INSERT INTO steps (scenario, seed, round, step, kind, digest, context)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*key, kind, digest, json.dumps(context)),
        )
        self._db.executemany(
            "INSERT INTO questions VALUES (?, ?, ?, ?)",
            [
                (cursor.lastrowid, i, q.samples.astype("<i8").tobytes(), json.dumps(q.hints))
                for i, q in enumerate(questions)
            ],
        )

    def _steps(self, where: str, *values: Any) -> list[Step]:
        columns = "id, scenario, seed, round, step, kind, context, state, classes"
        rows = self._rows(f"SELECT {columns} FROM steps WHERE {where} ORDER BY id", *values)
        return [
            Step(
                row[0],
                tuple(row[1:5]),
                row[5],
                json.loads(row[6]),
                row[7],
                tuple(json.loads(row[8] or "[]")),
            )
            for row in rows
        ]

    def open_steps(self) -> list[Step]:
        """Return the steps whose answers are not handed on yet, oldest first."""
        return self._steps("state = 'open'")

    def round_of(self, step: Step) -> list[Step]:
        """Return the steps of a step's round, in their order, without others that are dropped."""
        where = "scenario = ? AND seed = ? AND round = ? AND (state != 'dropped' OR id = ?)"
        steps = self._steps(where, *step.key[:3], step.id)
        return sorted(steps, key=lambda each: each.position)

    def round_until(self, step: Step) -> list[Step]:
        """Return a step, and before it those of its round whose answers it stands on."""
        closed = [each for each in self.round_of(step) if each.state == "closed"]
        return [*(each for each in closed if each.position < step.position), step]

    def latest_closed(self) -> Step | None:
        """Return the step that was opened last of those that are closed."""
        closed = self._steps("state = 'closed'")
        return closed[-1] if closed else None

    def question(self, step: int, interaction: int) -> Question:
        """Return a question.

        Raises:
            KeyError: there is none.
        """
        rows = self._rows(
            "SELECT samples, hints FROM questions WHERE step = ? AND interaction = ?",
            step,
            interaction,
        )
        if not rows:
            raise KeyError((step, interaction))
        return Question(np.frombuffer(rows[0][0], "<i8"), json.loads(rows[0][1]))

    def groups(self, step: int) -> list[np.ndarray]:
        """Return the samples of each question of a step."""
        rows = self._rows("SELECT samples FROM questions WHERE step = ? ORDER BY interaction", step)
        return [np.frombuffer(samples, "<i8") for (samples,) in rows]

    def digest(self, step: int) -> str:
        """Return the digest of a step's query."""
        return self._rows("SELECT digest FROM steps WHERE id = ?", step)[0][0]

    def run_of(self, scenario: str, seed: int) -> list[Step]:
        """Return all steps of a run, those that are dropped too, oldest first."""
        return self._steps("scenario = ? AND seed = ?", scenario, seed)

    def sizes(self, step: int) -> list[int]:
        """Return the number of samples of each question of a step."""
        rows = self._rows(
            "SELECT length(samples) FROM questions WHERE step = ? ORDER BY interaction", step
        )
        return [n // 8 for (n,) in rows]

    def standing(self, step: int) -> Standing:
        """Return where a step stands."""
        standing = Standing()
        rows = self._rows(
            "SELECT id, interaction, action, label, excluded, seconds, person, at FROM events"
            " WHERE step = ? ORDER BY id",
            step,
        )
        for event, interaction, action, label, excluded, seconds, person, at in rows:
            spent = standing.seconds.get(interaction, 0.0)
            standing.seconds[interaction] = spent + seconds
            if action == UNDO:
                standing.answers.pop(interaction, None)
                standing.skips.pop(interaction, None)
            elif action == SKIP:
                standing.skips[interaction] = standing.skips.get(interaction, 0) + 1
            else:
                taken_out = tuple(json.loads(excluded or "[]"))
                standing.answers[interaction] = Answer(label, taken_out, person, at, event)
        return standing

    def pace(self, scenario: str, seed: int) -> float | None:
        """Return the seconds per interaction of a run so far; None before the first one."""
        ((seconds, answered),) = self._rows(
            "SELECT total(seconds), total((action IN ('label', 'refuse')) - (action = 'undo'))"
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
    ) -> None:
        """Add an answer to a question, or put it off (`SKIP`); on disk when this returns.

        Raises:
            ConflictError: the question is answered, or its step is not open.
            KeyError: there is no such question.
            ValueError: an unknown class or action, an excluded sample that is not shown, or
                nothing left to label.
        """
        samples = self.question(step, interaction).samples
        if action not in (*ANSWERS, SKIP):
            raise ValueError(f"unknown action {action!r}")
        if (action == LABEL) != (label is not None) or (excluded and action != LABEL):
            raise ValueError("a label, and samples taken out, go with the action `label` alone")
        if not set(excluded) <= set(samples.tolist()):
            raise ValueError("a sample that is not shown cannot be taken out")
        if len(set(excluded)) == len(samples):
            raise ValueError("every image is taken out: refuse the cluster instead")
        with self._change():
            if label is not None and not 0 <= label < len(self.classes()):
                raise ValueError(f"there is no class {label}")
            self._round_that_takes(step)
            if interaction in self.standing(step).answers:
                raise ConflictError("this question is answered already")
            self._insert_event(step, interaction, action, label, excluded, seconds, person)

    def undo(self, step: int, person: str) -> tuple[int, int]:
        """Take back the last answer that a person gave in a step's round.

        That may be an answer of an earlier step, as long as a later one is open: what is made
        of it is corrected then.

        Returns:
            Step and interaction of the answer.

        Raises:
            ConflictError: no step of the round is open, or none has an answer of the person.
        """
        with self._change():
            own = [
                (answer.event, each.id, interaction)
                for each in self._round_that_takes(step)
                for interaction, answer in self.standing(each.id).answers.items()
                if answer.person == person
            ]
            if not own:
                raise ConflictError("there is nothing to undo")
            _, step, interaction = max(own)
            self._insert_event(step, interaction, UNDO, None, (), 0.0, person)
        return step, interaction

    def _round_that_takes(self, step: int) -> list[Step]:
        """Return the steps of the round up to one that is open: the step, or a later one."""
        for last in reversed(self.round_of(self.step(step))):
            steps = self.round_until(last)
            if last.state == "open" and step in [each.id for each in steps]:
                return steps
        raise ConflictError("the answers of this step are handed on already")

    def _insert_event(self, step, interaction, action, label, excluded, seconds, person) -> None:
        taken_out = json.dumps(sorted(set(excluded))) if excluded else None
        self._db.execute(
            "INSERT INTO events (step, interaction, action, label, excluded, seconds, person, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (step, interaction, action, label, taken_out, seconds, person, time.time()),
        )

    def close_step(self, step: int, grace: float) -> bool:
        """Close a step if every question is answered, the last `grace` seconds ago or more.

        The questions of earlier steps of the round are among them: one may be open again.
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
        return True

    def _is_answered(self, step: int) -> bool:
        return len(self.standing(step).answers) == len(self.sizes(step))

    def step(self, id_: int) -> Step:
        """Return a step by its number in the journal.

        Raises:
            KeyError: there is none.
        """
        for step in self._steps("id = ?", id_):
            return step
        raise KeyError(id_)
