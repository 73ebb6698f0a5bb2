"""Assignment of questions to open pages, and the answers that pages send."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cbal.labeling.given import IMPORTED, VALIDATION, Given, replay
from cbal.labeling.journal import ConflictError, Journal
from cbal.labeling.leases import Claims
from cbal.labeling.measured import Measured, latest
from cbal.labeling.records import Question, Step
from cbal.labeling.waits import Waits, in_words
from cbal.pool.state import CLUSTER


@dataclass(frozen=True)
class View:
    """Content of a page.

    Attributes:
        name: "question" if the page shows a question. Otherwise the reason why it shows none:
            "others" (other pages have the last questions), "handing-on" (the workflow takes the
            answers), "training", or "ended" (the workflow has ended).
        status: numbers of the round and the run; see `Desk.status`.
        step, interaction, question: the question, if the page shows one.
        ahead: samples of the next question, so that the page can load their pictures.
        uses: how often each class was given before the step, by its number.
    """

    name: str
    status: dict[str, Any]
    step: Step | None = None
    interaction: int | None = None
    question: Question | None = None
    ahead: tuple[int, ...] = ()
    uses: dict[int, int] = field(default_factory=dict)


class Desk:
    """Give questions to pages and take their answers. Several threads may use one object."""

    def __init__(
        self,
        journal: Journal,
        claims: Claims,
        waits: Callable[[int], bool],
        measured: Measured = lambda *_: None,
        lasts: Waits = lambda *_: None,
    ):
        """Start without cached answers.

        Args:
            journal: journal of the data set.
            claims: claims of the pages on questions.
            waits: returns whether a job waits for the answers of a step, given the step's id.
            measured: accuracy of each round; by default none is known.
            lasts: how long a person will wait after each round; by default it is not known.
        """
        self.journal = journal
        self.ended = False  # True when the workflow has ended
        self._claims, self._waits, self._measured, self._lasts = claims, waits, measured, lasts
        self._lock = threading.RLock()
        self._said: dict[tuple[int, ...], Given] = {}  # labels before a round
        self._groups: dict[int, list[np.ndarray]] = {}
        self._uses: dict[int, Counter[int]] = {}  # of the latest step asked

    def live_steps(self) -> list[Step]:
        """Return the open steps for whose answers a job waits."""
        return [step for step in self.journal.open_steps() if self._waits(step.id)]

    def waiting(self) -> int:
        """Return how many questions wait for an answer."""
        with self._lock:
            return sum(len(self.left(step)) for step in self._asked(self.live_steps()))

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
            live, full = self.live_steps(), None
            for step in self._asked(live):
                left = self.left(step)
                if not left:
                    continue
                full = full or step
                own = [i for i in left if self._claims.holder((step.id, i)) == page]
                free = [i for i in left if self._claims.holder((step.id, i)) is None]
                if own or free:
                    return self._question((page, load), step, (own or free)[0], free)
            if full:
                return View("others", self.status(full), full)
            if live:
                return View("handing-on", self.status(live[-1]), live[-1])
            return self._idle()

    def _asked(self, live: Sequence[Step]) -> list[Step]:
        """Return live steps, each after the earlier steps of its round, which may be undone."""
        return [step for each in live for step in self.journal.round_until(each)]

    def left(self, step: Step) -> list[int]:
        """Return the interactions of a step without an answer; skipped ones come last."""
        standing = self.journal.standing(step.id)
        everything = range(len(self.journal.sizes(step.id)))
        left = [i for i in everything if i not in standing.answers]
        return sorted(left, key=lambda i: (standing.skips.get(i, 0), i))

    def _question(
        self, page: tuple[str, int], step: Step, interaction: int, free: list[int]
    ) -> View:
        """Claim a question for a page (name and load) and return it."""
        self._claims.take((step.id, interaction), *page)
        question = self.journal.question(step.id, interaction)
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
        return View(name, self.status(latest) | {"wait": self._wait_after(latest)}, latest)

    def _wait_after(self, step: Step) -> str:
        """Return in words how long the wait after a round's last step still lasts.

        "" if the step is another one: then only the next query is made.
        """
        scenario, seed, round_, _ = step.key
        if not round_ or step.position < step.context.get("steps", 1):
            return ""
        whole = self._lasts(scenario, seed, round_)
        answers = self.journal.standing(step.id).answers.values()
        since = time.time() - max((answer.at for answer in answers), default=time.time())
        return in_words(None if whole is None else whole - since)

    def status(self, step: Step) -> dict[str, Any]:
        """Return the numbers that the page always shows.

        Keys: round, rounds, step, kind, position, steps; answered and total (questions of the
        step); interactions, budget and left (of the run); images; individual, cluster and labeled
        (images labeled so far; cluster labels of all rounds count, even if a later round asks
        again); brought (images whose label is of the round before); accuracy (see `measured`);
        seconds (per interaction of the run, None before the first).
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
                status |= {"answered": len(standing.answers), "total": len(groups)}
            status["interactions"] += len(standing.answers)
            if each.kind == "individual":
                labels = [answer.label for answer in standing.answers.values()]
                status["individual"] += len(labels) - labels.count(None)
        before = self._before(step)
        given = before.copy(1 + max((_last(groups) for _, groups, _ in parts)))
        replay(given, parts)
        last = (before.label >= 0) & (before.round == round_ - 1)
        status["cluster"] = int((given.kind == CLUSTER).sum())
        return status | {
            "labeled": status["individual"] + status["cluster"],
            "left": max(status["budget"] - status["interactions"], 0),
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

    def _before(self, step: Step) -> Given:
        """Return the labels given in the rounds before a step's round.

        Earlier answers cannot change, nor what the round knew of the review, so it is cached.
        """
        until = self.journal.round_of(step)[0].context.get("reviewed", 0)
        run = [*self.journal.run_of(*IMPORTED), *self.journal.run_of(*step.key[:2])]
        steps = [each for each in run if each.key[2] < step.key[2] and each.state != "dropped"]
        key = (until, *(each.id for each in steps))
        if key not in self._said:
            parts = [(each, self._shown(each), self.journal.standing(each.id)) for each in steps]
            given = Given.nothing(1 + max((_last(groups) for _, groups, _ in parts), default=-1))
            changes = self.journal.changes(*step.key[:2], until) if until else []
            replay(given, parts, [change for change in changes if change.stands])
            self._said = {key: given}
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
            answered = interaction in self.journal.standing(step).answers
            open_ = step in asked and not answered
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
            others = self._claims.holder((step, interaction)) not in (None, page)
            if others and not self.journal.knows(request):
                raise ConflictError("somebody else has this question now")
            self.journal.add(
                step, interaction, action, person, seconds, label, excluded, new_class, request
            )
            self._claims.release(page)

    def undo(self, page: str, person: str, step: int, request: str | None = None) -> None:
        """Undo a person's last answer in the round of a step, and give its question to the page.

        Raises:
            ConflictError: see `Journal.undo`.
        """
        with self._lock:
            self._claims.take(self.journal.undo(step, person, request), page)


def _last(groups: Sequence[np.ndarray]) -> int:
    """Return the highest sample of some questions; -1 if there are no questions."""
    return int(np.concatenate(groups).max()) if groups else -1
