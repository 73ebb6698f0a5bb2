"""The journal's events: answers, skips and what undoes them, as they stand after all of them."""

import json
import time

from cbal.labeling.answer_checks import SKIP, SPLIT, UNDO
from cbal.labeling.changes import Changes
from cbal.labeling.checksums import seal
from cbal.labeling.records import Answer, Standing
from cbal.labeling.second import SECOND, take_second


class Events(Changes):
    """The part of the journal that reads events; `Journal` decides which ones are added."""

    def standing(self, step: int) -> Standing:
        """Return the answers, skips and seconds of a step."""
        standing = Standing()
        rows = self._read("events", "WHERE step = ? ORDER BY id", step)
        parts = self._parts(step) if any(row[3] == SPLIT for row in rows) else {}
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
                for number in standing.parts_of(interaction):
                    del standing.parts[number]
                    standing.seconds[interaction] += standing.seconds.pop(number, 0.0)
            elif action == SKIP:
                standing.skips[interaction] = standing.skips.get(interaction, 0) + 1
            else:
                standing.answers[interaction] = given
                standing.parts |= parts.get(event, {})
        return standing

    def pace(self, scenario: str, seed: int) -> float | None:
        """Return the mean seconds per interaction of a run so far; None before the first one."""
        ((seconds, answered),) = self._rows(
            "SELECT total(seconds), "
            " total((action IN ('label', 'refuse', 'split')) - (action = 'undo'))"
            " FROM events JOIN steps ON steps.id = events.step"
            " WHERE scenario = ? AND seed = ? AND state != 'dropped' AND action NOT LIKE ?",
            scenario,
            seed,
            f"{SECOND}%",
        )
        return seconds / answered if answered > 0 else None

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

    def _insert_event(
        self, step, interaction, action, label, excluded, seconds, person, request, annotator=""
    ) -> int:
        """Add an event; return its number."""
        taken_out = json.dumps(sorted(set(excluded))) if excluded else None
        cursor = self._db.execute(
            "INSERT INTO events (step, interaction, action, label, excluded, seconds, person, at,"
            " request, annotator) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (step, interaction, action, label, taken_out, seconds, person, time.time(), request)
            + (annotator or None,),
        )
        seal(self._db, "events", cursor.lastrowid)
        return cursor.lastrowid
