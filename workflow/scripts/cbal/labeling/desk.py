"""Assignment of questions to open pages, and the answers that pages send."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from cbal.labeling.answer_checks import SKIP
from cbal.labeling.journal import ConflictError, Journal
from cbal.labeling.leases import Claims
from cbal.labeling.measured import Measured
from cbal.labeling.progress import Progress
from cbal.labeling.records import Step
from cbal.labeling.second import Seconds
from cbal.labeling.splitting import Splitter
from cbal.labeling.view import View
from cbal.labeling.waits import Waits
from cbal.pool.parts import FEWEST, MOST

NO_SPLITTER = Splitter(lambda _: {})


class Desk:
    """Give questions to pages and take their answers. Several threads may use one object."""

    def __init__(
        self,
        journal: Journal,
        claims: Claims,
        waits: Callable[[int], bool],
        measured: Measured = lambda *_: None,
        lasts: Waits = lambda *_: None,
        double: float = 0,
        splitter: Splitter = NO_SPLITTER,
    ):
        """Start without cached answers.

        Args:
            journal: journal of the data set.
            claims: claims of the pages on questions.
            waits: returns whether a job waits for the answers of a step, given the step's id.
            measured: accuracy of each round; by default none is known.
            lasts: how long a person will wait after each round; by default it is not known.
            double: share of the questions that a second person is asked, too.
            splitter: splits clusters; by default it cannot.
        """
        self.journal = journal
        self.ended = False  # True when the workflow has ended
        self._claims, self._waits = claims, waits
        self._splitter = splitter
        self._seconds = Seconds(journal, double)
        self.progress = Progress(journal, measured, lasts)
        self._lock = threading.RLock()
        self._uses: dict[int, Counter[int]] = {}  # of the latest step asked

    def live_steps(self) -> list[Step]:
        """Return the open steps for whose answers a job waits."""
        return [step for step in self.journal.open_steps() if self._waits(step.id)]

    def waiting(self) -> int:
        """Return how many questions wait for an answer."""
        with self._lock:
            return sum(len(self.left(step)) for step in self._asked(self.live_steps()))

    def first(self, page: str, annotator: str = "") -> View | None:
        """Return the first question for a page that was just opened, to send with the page.

        None if there is no question, or if any page has one: that page may be this one before it
        was loaded again, and should then get the same question again.
        """
        with self._lock:
            view = None if self._claims.any() else self.next(page, annotator=annotator)
            return view if view and view.name == "question" else None

    def next(self, page: str, load: int = 0, annotator: str = "") -> View:
        """Return the content of a page: the question that it already has, or the next one.

        What somebody else has answered and this person is asked, too, comes before new questions:
        a round needs no such answer, so later it might not be there in time.

        Args:
            page, load: the page, and how many times it was loaded; see `Claims`.
            annotator: the name of who labels there; "" if it is not known.
        """
        with self._lock:
            live = self.live_steps()
            asked = [(step, self.left(step)) for step in self._asked(live)]
            for holder in (page, None):  # its own question, whichever step has it, or a free one
                view = None if holder else self._of_two((page, load), annotator, live)
                if view:
                    return view
                for step, left in asked:
                    held = [i for i in left if self._claims.holder((step.id, i)) == holder]
                    if held:
                        free = [i for i in left if self._claims.holder((step.id, i)) is None]
                        return self._question((page, load), step, held[0], free)
            full = next((step for step, left in asked if left), None)
            if full:
                return View("others", self.progress.status(full), full)
            if live:
                return View("handing-on", self.progress.status(live[-1]), live[-1])
            return self._idle()

    def _of_two(self, page: tuple[str, int], annotator: str, live: Sequence[Step]) -> View | None:
        """Claim a question that this person is asked beside somebody else; None without one."""
        due = [] if self.ended else list(self._seconds.due(annotator))
        holders = [self._claims.holder((step.id, interaction)) for step, interaction in due]
        for holder in (page[0], None):
            if holder in holders:
                step, interaction = due[holders.index(holder)]
                view = self._question(page, step, interaction, [])
                status = self.progress.status(live[-1]) if live else self._idle().status
                return replace(view, second=True, can_split=False, status=status)
        return None

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
            self.progress.status(step),
            step,
            interaction,
            question,
            tuple(ahead),
            self._uses_before(step),
            can_split=step.kind == "cluster"
            and len(question.samples) > 1
            and self._splitter.can_split(self._heir(step.id)),
            split=standing if standing.parts_of(interaction) else None,
        )

    def _uses_before(self, step: Step) -> Counter[int]:
        """Return how often each class was given before a step; it does not change within one."""
        if step.id not in self._uses:
            earlier = [each for each in self.journal.run_of(*step.key[:2]) if each.id < step.id]
            self._uses = {step.id: Counter(self.progress.labels(earlier))}
        return self._uses[step.id]

    def _idle(self) -> View:
        """Return the content of a page when no job waits for answers."""
        latest, name = self.journal.latest_closed(), "ended" if self.ended else "training"
        if latest is None:
            return View(name, {})
        status = self.progress.status(latest) | {"wait": self.progress.wait_after(latest)}
        return View(name, status, latest)

    def beat(
        self, page: str, step: int, interaction: int, load: int = 0, annotator: str = ""
    ) -> bool:
        """Prolong a page's claim on its question; return whether the page still has it."""
        with self._lock:
            asked = [each.id for each in self._asked(self.live_steps())]
            open_ = step in asked and self.journal.standing(step).is_open(interaction)
            open_ = open_ or self._seconds.is_due(step, interaction, annotator)
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
        annotator: str = "",
    ) -> bool:
        """Take an answer to a question, or skip it. The change is on disk when this returns.

        What a person with a name answers is taken though their page lost the question, because it
        was silent: the first answer counts, and one of somebody else is kept beside it.

        Args:
            page, person: the page and the person that answer.
            step, interaction: the question.
            action: label, refuse or skip.
            seconds: time that the answer took.
            label: number of the class; give either this or `new_class`.
            new_class: name of a new class.
            excluded: samples taken out of a cluster.
            request: key of the request; see `Journal.add`.
            annotator: the name of that person; "" if they gave none.

        Returns:
            Whether somebody else was first, though nobody was to answer beside them.

        Raises:
            ConflictError, KeyError, ValueError: see `Journal.add`.
        """
        with self._lock:
            whole = self.journal.whole(step, interaction)
            if not annotator:  # of two people with names both answers are kept
                self._check_claim(page, step, whole, request)
            meant = self._seconds.is_due(step, interaction, annotator)
            more = (label, excluded, new_class, request, annotator)
            first = self.journal.add(step, interaction, action, person, seconds, *more)
            # Who has answered a part has the others next.
            if action == SKIP or not first or not self.journal.standing(step).is_open(whole):
                self._claims.release(page)
            return action != SKIP and not first and not meant

    def split(
        self,
        page: str,
        person: str,
        step: int,
        interaction: int,
        parts: int,
        seconds: float,
        request: str | None = None,
        annotator: str = "",
    ) -> None:
        """Split a cluster in place of an answer. The change is on disk when this returns.

        Args:
            page, person, step, interaction, seconds, request, annotator: see `answer`.
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
            self.journal.split(step, interaction, groups, person, seconds, request, annotator)
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

    def undo(
        self, page: str, person: str, step: int, request: str | None = None, annotator: str = ""
    ) -> None:
        """Undo a person's last answer in the round of a step, and give its question to the page.

        Raises:
            ConflictError: see `Journal.undo`.
        """
        with self._lock:
            live = [each.id for each in self._asked(self.live_steps())]
            # The page may show a question of an earlier round, for a second answer.
            now = live[-1] if live and step not in live and self._seconds.share else step
            undone = self.journal.undo(now, person, request, annotator)
            self._claims.take((undone[0], self.journal.whole(*undone)), page)
