"""Assignment of questions to open pages, and the answers that pages send."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cbal.labeling.answer_checks import SKIP
from cbal.labeling.given import IMPORTED, VALIDATION, Given, replay
from cbal.labeling.journal import ConflictError, Journal
from cbal.labeling.leases import Claims
from cbal.labeling.measured import Measured, latest
from cbal.labeling.records import Standing, Step
from cbal.labeling.splitting import Splitter
from cbal.labeling.view import View
from cbal.pool.parts import FEWEST, MOST
from cbal.pool.state import CLUSTER

NO_SPLITTER = Splitter(lambda _: {})


class Desk:
    """Give questions to pages and take their answers. Several threads may use one object."""

    def __init__(
        self,
        journal: Journal,
        claims: Claims,
        waits: Callable[[int], bool],
        measured: Measured = lambda *_: None,
        splitter: Splitter = NO_SPLITTER,
    ):
        """Start without cached answers.

        Args:
            journal: journal of the data set.
            claims: claims of the pages on questions.
            waits: returns whether a job waits for the answers of a step, given the step's id.
            measured: accuracy of each round; by default none is known.
            splitter: splits clusters; by default it cannot.
        """
        self.journal = journal
        self.ended = False  # True when the workflow has ended
        self._claims, self._waits, self._measured = claims, waits, measured
        self._splitter = splitter
        self._lock = threading.RLock()
        # Labels and answers before a round, by ids of steps.
        self._said: dict[tuple[int, ...], tuple[Given, list[Standing]]] = {}
        self._groups: dict[int, list[np.ndarray]] = {}
        self._uses: dict[int, Counter[int]] = {}  # of the latest step asked

    def live_steps(self) -> list[Step]:
        """Return the open steps for whose answers a job waits."""
        return [step for step in self.journal.open_steps() if self._waits(step.id)]

    def first(self, page: str) -> View | None:
        """Return the first question for a page that was just opened, to send with the page.

        None if there is no question, or if any page has one: that page may be this one before it
        was loaded again, and should then get the same question again.
        """
        with self._lock:
            view = None if self._claims.any() else self.next(page)
            return view if view and view.name == "question" else None

    def next(self, page: str, load: int = 0) -> View:
        """Return the content of a page: the question that it already has, or the next one.

        Args:
            page, load: the page, and how many times it was loaded; see `Claims`.
        """
        with self._lock:
            live = self.live_steps()
            asked = [(step, self.left(step)) for step in self._asked(live)]
            for holder in (page, None):  # its own question, whichever step has it, or a free one
                for step, left in asked:
                    held = [i for i in left if self._claims.holder((step.id, i)) == holder]
                    if held:
                        free = [i for i in left if self._claims.holder((step.id, i)) is None]
                        return self._question((page, load), step, held[0], free)
            full = next((step for step, left in asked if left), None)
            if full:
                return View("others", self.status(full), full)
            if live:
                return View("handing-on", self.status(live[-1]), live[-1])
            return self._idle()

    def _asked(self, live: Sequence[Step]) -> list[Step]:
        """Return live steps, each after the earlier steps of its round, which may be undone."""
        return [step for each in live for step in self.journal.round_until(each)]

    def left(self, step: Step) -> list[int]:
        """Return the interactions of a step without an answer; skipped ones come last.

        Parts are in the place of their clusters.
        """
        standing = self.journal.standing(step.id)
        left = [i for i in range(len(self.journal.sizes(step.id))) if standing.is_open(i)]

        def skips(interaction: int) -> int:
            both = (interaction, *standing.parts_of(interaction))
            return sum(standing.skips.get(each, 0) for each in both)

        return sorted(left, key=lambda i: (skips(i), i))

    def _question(
        self, page: tuple[str, int], step: Step, interaction: int, free: list[int]
    ) -> View:
        """Claim a question for a page (name and load) and return it."""
        self._claims.take((step.id, interaction), *page)
        question = self.journal.question(step.id, interaction)
        standing = self.journal.standing(step.id)
        later = next((i for i in free if i != interaction), None)
        ahead = () if later is None else self.journal.question(step.id, later).samples.tolist()
        return View(
            "question",
            self.status(step),
            step,
            interaction,
            question,
            tuple(ahead),
            self._uses_before(step),
            step.kind == "cluster"
            and len(question.samples) > 1
            and self._splitter.can_split(self._heir(step.id)),
            standing if standing.parts_of(interaction) else None,
        )

    def _uses_before(self, step: Step) -> Counter[int]:
        """Return how often each class was given before a step; it does not change within one."""
        if step.id not in self._uses:
            earlier = [each for each in self.journal.run_of(*step.key[:2]) if each.id < step.id]
            self._uses = {step.id: Counter(self._labels(earlier))}
        return self._uses[step.id]

    def _idle(self) -> View:
        """Return the content of a page when no job waits for answers."""
        latest = self.journal.latest_closed()
        name = "ended" if self.ended else "training"
        if latest is None:
            return View(name, {})
        return View(name, self.status(latest), latest)

    def status(self, step: Step) -> dict[str, Any]:
        """Return the numbers that the page always shows.

        Keys: round, rounds, step, kind, position, steps; answered and total (questions of the
        step, and parts of split ones); interactions, budget and left (of the run); splits and
        split_answers (clusters of the run that are split, and the answers that they take);
        images; individual, cluster and labeled (images labeled so far; cluster labels of all
        rounds count, even if a later round asks again); brought (images whose label is of the
        round before); accuracy (see `measured`); seconds (per interaction of the run, None before
        the first).
        """
        scenario, seed, round_, name = step.key
        steps = self.journal.round_of(step)
        status = {
            **step.context,
            **{key: steps[0].context[key] for key in ("interactions", "individual")},
            "round": round_,
            "step": name,
            "kind": step.kind,
            "seconds": self.journal.pace(scenario, seed),
        }
        parts = [(each, self._shown(each), self.journal.standing(each.id)) for each in steps]
        for each, groups, standing in parts:
            if each.id == step.id:
                total = len(groups) + len(standing.parts)
                status |= {"answered": len(standing.answers), "total": total}
            status["interactions"] += len(standing.answers)
            if each.kind == "individual":
                labels = [answer.label for answer in standing.answers.values()]
                status["individual"] += len(labels) - labels.count(None)
        before, standings = self._before(step)
        standings = [*standings, *(standing for _, _, standing in parts)]
        splits = sum(len({part.of for part in each.parts.values()}) for each in standings)
        more = sum(len(each.parts) for each in standings)
        given = before.copy(1 + max((_last(groups) for _, groups, _ in parts)))
        replay(given, parts)
        last = (before.label >= 0) & (before.round == round_ - 1)
        status["cluster"] = int((given.kind == CLUSTER).sum())
        return status | {
            "labeled": status["individual"] + status["cluster"],
            "left": max(status["budget"] + more - status["interactions"], 0),
            "splits": splits,
            "split_answers": splits + more,
            "brought": int(last.sum()) if round_ > 1 else 0,
            "accuracy": latest(self._measured, (scenario, seed), round_, self._to_measure_by()),
        }

    def _to_measure_by(self) -> int:
        """Return the number of images with a label of the validation."""
        return len(self._labels(self.journal.run_of(*VALIDATION)))

    def _labels(self, steps: Sequence[Step]) -> list[int]:
        """Return the labels that were given in some steps, refusals left out."""
        answers = (self.journal.standing(step.id).answers.values() for step in steps)
        return [answer.label for each in answers for answer in each if answer.label is not None]

    def _before(self, step: Step) -> tuple[Given, list[Standing]]:
        """Return the labels given in the rounds before a step's round, and their answers.

        Answers of earlier rounds cannot change, so the result is cached.
        """
        run = [*self.journal.run_of(*IMPORTED), *self.journal.run_of(*step.key[:2])]
        steps = [each for each in run if each.key[2] < step.key[2] and each.state != "dropped"]
        key = tuple(each.id for each in steps)
        if key not in self._said:
            parts = [(each, self._shown(each), self.journal.standing(each.id)) for each in steps]
            given = Given.nothing(1 + max((_last(groups) for _, groups, _ in parts), default=-1))
            replay(given, parts)
            self._said = {key: (given, [standing for _, _, standing in parts])}
        return self._said[key]

    def _shown(self, step: Step) -> list[np.ndarray]:
        """Return the samples of a step's questions; they never change, so they are cached."""
        if step.id not in self._groups:
            self._groups[step.id] = self.journal.groups(step.id)
        return self._groups[step.id]

    def beat(self, page: str, step: int, interaction: int, load: int = 0) -> bool:
        """Prolong a page's claim on its question; return whether the page still has it."""
        with self._lock:
            asked = [each.id for each in self._asked(self.live_steps())]
            open_ = step in asked and self.journal.standing(step).is_open(interaction)
            return open_ and self._claims.take((step, interaction), page, load)

    def leave(self, page: str, load: int = 0) -> None:
        """Release a page's question, so that other pages can get it.

        A page that was loaded again since, and has it under its later load, keeps it.
        """
        with self._lock:
            self._claims.release(page, load)

    def answer(
        self,
        page: str,
        person: str,
        step: int,
        interaction: int,
        action: str,
        seconds: float,
        label: int | None = None,
        new_class: str | None = None,
        excluded: tuple[int, ...] = (),
        request: str | None = None,
    ) -> None:
        """Take an answer to a question, or skip it. The change is on disk when this returns.

        Args:
            page, person: the page and the person that answer.
            step, interaction: the question.
            action: label, refuse or skip.
            seconds: time that the answer took.
            label: number of the class; give either this or `new_class`.
            new_class: name of a new class.
            excluded: samples taken out of a cluster.
            request: key of the request; see `Journal.add`.

        Raises:
            ConflictError, KeyError, ValueError: see `Journal.add`.
        """
        with self._lock:
            whole = self.journal.whole(step, interaction)
            self._check_claim(page, step, whole, request)
            self.journal.add(
                step, interaction, action, person, seconds, label, excluded, new_class, request
            )
            # Who has answered a part has the others next.
            if action == SKIP or not self.journal.standing(step).is_open(whole):
                self._claims.release(page)

    def split(
        self,
        page: str,
        person: str,
        step: int,
        interaction: int,
        parts: int,
        seconds: float,
        request: str | None = None,
    ) -> None:
        """Split a cluster in place of an answer. The change is on disk when this returns.

        Args:
            page, person, step, interaction, seconds, request: see `answer`.
            parts: number of parts; there may be fewer.

        Raises:
            ConflictError: the features are not there; or see `Journal.split`.
            KeyError, ValueError: see `Journal.split`.
        """
        if not FEWEST <= parts <= MOST:
            raise ValueError(f"a cluster has {FEWEST} to {MOST} parts")
        question = self.journal.question(step, interaction)
        known = self.journal.knows(request)
        # Not under the lock: other pages need not wait for k-means.
        groups = [] if known else self._splitter(self._heir(step), question.samples, parts)
        with self._lock:
            self._check_claim(page, step, interaction, request)
            self.journal.split(step, interaction, groups, person, seconds, request)
            self._claims.take((step, interaction), page)

    def _heir(self, step: int) -> int:
        """Return the step whose job waits for the answers of a step: itself, or a later one."""
        for live in self.live_steps():
            if step in [each.id for each in self.journal.round_until(live)]:
                return live.id
        return step

    def _check_claim(self, page: str, step: int, interaction: int, request: str | None) -> None:
        """Check that no other page has a question, unless the request was taken before.

        Raises:
            ConflictError: another page has it.
        """
        others = self._claims.holder((step, interaction)) not in (None, page)
        if others and not self.journal.knows(request):
            raise ConflictError("somebody else has this question now")

    def undo(self, page: str, person: str, step: int, request: str | None = None) -> None:
        """Undo a person's last answer in the round of a step, and give its question to the page.

        Raises:
            ConflictError: see `Journal.undo`.
        """
        with self._lock:
            undone = self.journal.undo(step, person, request)
            self._claims.take((undone[0], self.journal.whole(*undone)), page)


def _last(groups: Sequence[np.ndarray]) -> int:
    """Return the highest sample of some questions; -1 if there are no questions."""
    return int(np.concatenate(groups).max()) if groups else -1
