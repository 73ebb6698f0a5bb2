"""The journal, open for changes of labels and classes that a person makes in the review."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cbal.labeling import class_names
from cbal.labeling.changes import (
    CLASSES,
    CLEAR,
    MERGE,
    OF_CLASSES,
    RELABEL,
    RENAME,
    UNDONE,
    Change,
    kept_in,
)
from cbal.labeling.checksums import seal
from cbal.labeling.journal import ConflictError, Journal
from cbal.labeling.records import Question

STATE = "review"  # of the steps that keep changes: they are never asked

Run = tuple[str, int]


class Reviews(Journal):
    """The journal, with changes of labels and classes. Each is on disk when its method returns."""

    def correct(
        self,
        run: Run,
        samples: Sequence[int],
        person: str,
        label: int | None = None,
        new_class: str | None = None,
        round: int = 0,
        seconds: float = 0.0,
        request: str | None = None,
        annotator: str = "",
    ) -> None:
        """Give samples another label, or take their labels away; one interaction, however many.

        Args:
            run: scenario and seed.
            samples: the samples.
            person: who does it.
            label: number of the class; give this, or `new_class`, or neither to take labels away.
            new_class: name of a class, which is added if it is new.
            round: latest round that has asked.
            seconds: time that it took.
            request: key of the request; if the journal has this key, nothing changes.
            annotator: name of who does it; "" without one.

        Raises:
            ConflictError: another change has the request's key.
            ValueError: there is no sample, or no such class.
        """
        if not len(samples):
            raise ValueError("no image is chosen")
        if label is not None and new_class is not None:
            raise ValueError("a label is a class that is there, or a new one")
        action = CLEAR if label is None and new_class is None else RELABEL
        if new_class is not None:
            new_class = class_names.tidy(new_class)
        with self._change():
            if self._is_made(request, action, person):
                return
            if new_class is not None:
                label = self._number_of(new_class)
            if label is not None:
                self._check_class(label)
            about = Question(np.unique(np.asarray(samples, np.int64)), {"round": round})
            self._keep(kept_in(*run), action, label, about, person, seconds, request, annotator)

    def change_class(
        self,
        action: str,
        number: int,
        person: str,
        name: str | None = None,
        into: int | None = None,
        seconds: float = 0.0,
        request: str | None = None,
        annotator: str = "",
    ) -> None:
        """Rename a class, merge it into another one, or delete it. All runs share classes.

        Args:
            action: rename, merge or delete.
            number: the class.
            person: who does it.
            name: the new name, to rename it.
            into: number of the class that it becomes a part of, to merge it.
            seconds, request, annotator: see `correct`.

        Raises:
            ConflictError: another change has the request's key.
            ValueError: there is no such class, or another one has the name or its folder.
        """
        if action not in OF_CLASSES:
            raise ValueError(f"unknown action {action!r}")
        if (name is not None) != (action == RENAME) or (into is not None) != (action == MERGE):
            raise ValueError("a name goes with `rename`, and another class with `merge`")
        if name is not None:
            name = class_names.tidy(name)
        with self._change():
            if self._is_made(request, action, person):
                return
            self._check_class(number)
            was = self.classes()[number]
            more: dict[str, Any] = {"was": was}
            if action == RENAME:
                self._check_free(name, number)
            elif action == MERGE:
                self._check_class(into)
                if into == number:
                    raise ValueError("a class cannot be merged into itself")
                more["into"] = into
                name = self._epitaph(f"{was} (merged into {self.classes()[into]})")
            else:
                name = self._epitaph(f"{was} (deleted)")
            self._call(number, name)
            about = Question(np.zeros(0, np.int64), {**more, "name": name})
            self._keep(CLASSES, action, number, about, person, seconds, request, annotator)

    def take_back(
        self, run: Run, person: str, request: str | None = None, annotator: str = ""
    ) -> Change | None:
        """Undo the last change that a person made in a run or of a class, and return it.

        None if the journal has the key of the request already.

        Raises:
            ConflictError: there is none, or its class has changed since, or another class has its
                name.
        """
        with self._change():
            if self._is_made(request, UNDONE, person):
                return None
            own = [it for it in self.changes(*run) if it.stands and it.is_of(person, annotator)]
            if not own:
                raise ConflictError("there is no change of yours to undo")
            last = own[-1]
            if last.is_of_class:
                self._call_again(last)
            about = last.step, last.number, UNDONE, last.label
            self._insert_event(*about, (), 0.0, person, request, annotator)
        return last

    def _is_made(self, request: str | None, action: str, person: str) -> bool:
        """Return whether the journal has the change of a request.

        Raises:
            ConflictError: the request's key is that of another change.
        """
        before = self._change_of(request)
        if before and before[2:] != (action, person):
            raise ConflictError("this request's key is that of another change")
        return bool(before)

    def _check_class(self, number: int) -> None:
        if not 0 <= number < len(self.classes()) or number in self.gone():
            raise ValueError(f"there is no class {number}; load the page again")

    def _check_free(self, name: str, number: int) -> None:
        """Check that no other class has a name, nor the folder that goes with it.

        Raises:
            ValueError: one has.
        """
        others = [other for at, other in enumerate(self.classes()) if at != number]
        if class_names.number_of(name, others) is not None:
            raise ValueError(f"there is a class {name!r}; merge the two, or choose another name")

    def _epitaph(self, name: str) -> str:
        """Return the name of a class that is gone, made different from all names."""
        known, number, wanted = set(self.classes()), 1, name
        while name in known:
            number += 1
            name = f"{wanted} {number}"
        return name

    def _call(self, number: int, name: str) -> None:
        """Give a class a name."""
        self._db.execute("UPDATE classes SET name = ? WHERE number = ?", (name, number))
        seal(self._db, "classes", number, new=False)

    def _call_again(self, change: Change) -> None:
        """Give a class the name that it had before a change.

        Raises:
            ConflictError: it has another one since, or another class has that name.
        """
        now, was = self.classes()[change.label], change.more["was"]
        if now != change.more["name"]:
            raise ConflictError(f"the class has another name since, {now!r}; undo that first")
        try:
            self._check_free(was, change.label)
        except ValueError as error:
            raise ConflictError(str(error)) from error
        self._call(change.label, was)

    def _keep(
        self,
        run: Run,
        action: str,
        label: int | None,
        about: Question,
        person: str,
        seconds: float,
        request: str | None,
        annotator: str,
    ) -> None:
        """Insert a change: what it is about, and its event. Call it within a transaction."""
        steps = self.run_of(*run)
        if not steps:
            self._insert((*run, 0, STATE), STATE, STATE, {}, [])
            steps = self.run_of(*run)
            self._set_state(steps[0].id, STATE)
        step = steps[0].id
        number = len(self.sizes(step))
        self._insert_question(step, number, about)
        self._insert_event(step, number, action, label, (), seconds, person, request, annotator)
