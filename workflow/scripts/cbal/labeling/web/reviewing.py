"""The review's page: what it asks for, and what it changes."""

from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from cbal.labeling.changes import CLEAR, MERGE, RELABEL, RENAME
from cbal.labeling.review.journal import Run
from cbal.labeling.review.shelf import Shelf
from cbal.labeling.web.pages import AT_ONCE, Pages, Ready
from cbal.labeling.web.said import key, posted, samples_in, seconds_in, text_in, whole
from cbal.labeling.web.security import REVIEW, Door

FIRST = 300  # labels in the HTML of the page: enough for one window


class Reviewing:
    """The handlers of the review's requests."""

    def __init__(
        self,
        shelf: Shelf,
        pages: Pages,
        door: Door,
        ready: Ready,
        check: Callable[[], None],
        waiting: Callable[[], int] = lambda: 0,
    ):
        """Keep the parts that the handlers use.

        Args:
            shelf: the labels.
            pages: renders the page.
            door: rules for requests.
            ready: returns the small picture of a sample, if it is made.
            check: raises the error that ends the server, so that nothing is taken after it.
            waiting: returns how many questions wait for an answer.
        """
        self.shelf, self.pages, self.door = shelf, pages, door
        self._ready, self._check, self._waiting = ready, check, waiting

    def routes(self) -> list[Route]:
        """Return the routes of the page and of what it posts."""
        methods = {
            "labels": self.labels,
            "asking": self.asking,
            "shown": self.shown,
            "correct": self.correct,
            "reclass": self.reclass,
            "restore": self.restore,
        }
        return [
            Route(REVIEW, self.page),
            *(Route(f"/{name}", posted(it), methods=["POST"]) for name, it in methods.items()),
        ]

    async def page(self, request: Request) -> Response:
        """Return the page; if the address has a token, redirect to the address without it."""
        if "token" in request.query_params:
            return RedirectResponse(f"{self.door.base}{REVIEW}", 303)
        who = request.scope["person"], request.scope["annotator"] or ""
        return HTMLResponse(await run_in_threadpool(self._whole, *who))

    def _whole(self, person: str, annotator: str) -> str:
        """Return the HTML of the page, with its first labels: the rest would have to be awaited."""
        first = self.shelf.page(self.shelf.runs()[0], person, annotator, most=FIRST)
        return self.pages.review(self.door.csrf(person), first, self._ready)

    def labels(self, person: str, page: str, said: dict[str, Any]) -> dict[str, Any]:
        """Return all labels of a run, the latest one if none is named, and its classes."""
        return self.shelf.page(self._run(said), person, said["annotator"])

    def asking(self, person: str, page: str, said: dict[str, Any]) -> dict[str, Any]:
        """Return how many questions wait, so that nobody reviews while the workflow waits."""
        return {"questions": self._waiting()}

    def shown(self, person: str, page: str, said: dict[str, Any]) -> dict[str, Any]:
        """Return names of samples, and the words of those that no picture shows."""
        samples = self._samples(said)[:AT_ONCE]
        return {"shown": [self.pages.told(sample) for sample in samples]}

    def correct(self, person: str, page: str, said: dict[str, Any]) -> dict[str, Any]:
        """Give samples another label or a new class, or take labels back; then as `labels`.

        With `cluster` it is about all samples whose label comes from that answer.
        """
        self._check()
        run, action = self._run(said), said.get("action")
        if action not in (RELABEL, CLEAR):
            raise ValueError(f"unknown action {action!r}")
        label = whole(said, "label") if said.get("label") is not None else None
        new_class = text_in(said, "class")
        if (label is None and new_class is None) != (action == CLEAR):
            raise ValueError("a label goes with `relabel`, and none with `clear`")
        samples = self._samples(said)
        if said.get("cluster") is not None:
            samples = self.shelf.cluster_of(run, whole(said, "cluster")).tolist()
        round = self.shelf.held(run).round
        seconds = seconds_in(said)
        self.shelf.journal.correct(
            run, samples, person, label, new_class, round, seconds, key(said), said["annotator"]
        )
        return self.shelf.page(run, person, said["annotator"])

    def reclass(self, person: str, page: str, said: dict[str, Any]) -> dict[str, Any]:
        """Rename, merge or delete a class; then as `labels`."""
        self._check()
        run, action = self._run(said), str(said.get("action"))
        name = text_in(said, "name") if action == RENAME else None
        into = whole(said, "into") if action == MERGE else None
        self.shelf.journal.change_class(
            action,
            whole(said, "number"),
            person,
            name,
            into,
            seconds_in(said),
            key(said),
            said["annotator"],
        )
        return self.shelf.page(run, person, said["annotator"])

    def restore(self, person: str, page: str, said: dict[str, Any]) -> dict[str, Any]:
        """Undo the person's last change; then as `labels`."""
        self._check()
        run = self._run(said)
        self.shelf.journal.take_back(run, person, key(said), said["annotator"])
        return self.shelf.page(run, person, said["annotator"])

    def _samples(self, said: dict[str, Any]) -> list[int]:
        """Return the samples of a request.

        Raises:
            ValueError: there is no such sample.
        """
        samples, n = samples_in(said, "samples"), len(self.shelf.files)
        if not all(0 <= sample < n for sample in samples):
            raise ValueError("there is no such image: load the page again")
        return samples

    def _run(self, said: dict[str, Any]) -> Run:
        """Return the run that a request is about.

        Raises:
            ValueError: there is no such run.
        """
        runs, wanted = self.shelf.runs(), said.get("run")
        if wanted is None:
            return runs[0]
        for run in runs:
            if list(run) == wanted:
                return run
        raise ValueError("there is no such run: load the page again")
