"""The web application of the labeling page."""

import hashlib
import re
import secrets
import sqlite3
from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from cbal.errors import InputError
from cbal.labeling.desk import Desk, View
from cbal.labeling.steps import FIRST_PART
from cbal.labeling.web.assets import STATIC
from cbal.labeling.web.cards import whole_text
from cbal.labeling.web.names import COOKIE, as_value, tidy_name
from cbal.labeling.web.pages import AT_ONCE, Pages, Ready
from cbal.labeling.web.said import key, load, posted, samples_in, seconds_in, text_in, whole
from cbal.labeling.web.security import Door, Guard
from cbal.labeling.web.taste import AS_USUAL, Taste
from cbal.labeling.web.thumbnails import Thumbnails, kind_of

FOR_EVER = "private, max-age=31536000, immutable"
SIZES = {"cluster": "small", "individual": "large"}  # size of the pictures, by kind of question
OF_TILES = ("small", "medium")  # sizes of pictures that a tile may have


class Labeling:
    """The handlers of the page's requests."""

    def __init__(
        self,
        desk: Desk,
        pages: Pages,
        thumbnails: Thumbnails,
        door: Door,
        more: Sequence[Route] = (),
    ):
        """Keep the parts that the handlers use, and the routes of other pages."""
        self.desk, self.pages, self.thumbnails, self.door = desk, pages, thumbnails, door
        self._more_routes = more
        self._ready: set[int] = set()  # steps whose pictures are made, or being made
        self.failed: InputError | None = None  # error that ends the server

    def app(self) -> Guard:
        """Return the application with its access checks."""
        routes = [
            Route("/", self.page),
            Route("/static/{version}/{name}", self.static),
            Route("/image/{version}/{size}/{sample:int}", self.image),
            Route("/images/{version}", self.some_images),
            Route("/tiles", self.tiles),
            Route("/text/{sample:int}", self.text),
            *(
                Route(f"/{name}", posted(method), methods=["POST"])
                for name, method in {
                    "next": self.next,
                    "beat": self.beat,
                    "leave": self.leave,
                    "answer": self.answer,
                    "split": self.split,
                    "undo": self.undo,
                }.items()
            ),
            Route("/name", posted(self.name, self._keep_name), methods=["POST"]),
            *self._more_routes,
        ]
        errors = {InputError: self.fail, sqlite3.Error: self.fail}
        return Guard(Starlette(routes=routes, exception_handlers=errors), self.door)

    async def fail(self, request: Request, error: Exception) -> Response:
        """Answer with an error; if the journal's file is lost or damaged, end the server, too."""
        if isinstance(error, InputError):
            self.failed = error
            return JSONResponse({"error": str(error)}, 500)
        return JSONResponse({"error": f"the journal cannot be written ({error})"}, 500)

    async def page(self, request: Request) -> Response:
        """Return the page; if the address has a token, redirect to the address without it."""
        if "token" in request.query_params:
            return RedirectResponse(f"{self.door.base}/", 303)
        csrf, annotator = self.door.csrf(request.scope["person"]), request.scope["annotator"]
        return HTMLResponse(await run_in_threadpool(self._whole, csrf, annotator))

    def _whole(self, csrf: str, annotator: str | None) -> str:
        """Return the HTML of the page, with its first question if there is one for it."""
        self.thumbnails.give_way()
        name = secrets.token_hex(12)
        view = self.desk.first(name, annotator or "")
        first = view and {"page": name, **self._view(view, self.thumbnails.ready)}
        return self.pages.whole(csrf, first, annotator)

    async def static(self, request: Request) -> Response:
        """Return the script, the style or the icon."""
        name = request.path_params["name"]
        if name not in STATIC:
            raise HTTPException(404)
        return _cached(request, self.pages.version, self.pages.static[name], STATIC[name])

    async def image(self, request: Request) -> Response:
        """Return a picture of a sample."""
        size, sample = request.path_params["size"], request.path_params["sample"]
        if request.path_params["version"] != self.thumbnails.version:
            raise HTTPException(404)
        try:
            # Reading a cached file is faster than starting a thread.
            data = self.thumbnails.ready(size, sample)
            data = data or await run_in_threadpool(self.thumbnails.get, size, sample)
        except (KeyError, InputError) as error:
            raise HTTPException(404) from error
        tag = f"{self.thumbnails.version}-{size}-{sample}"
        return _cached(request, tag, data, kind_of(size))

    async def some_images(self, request: Request) -> Response:
        """Return pictures of several samples, each after its length (4 bytes, big-endian).

        One request for many pictures is much faster than many requests. A picture that cannot be
        made has the length 0.
        """
        words = request.query_params.get("samples", "").split(",")
        size = request.query_params.get("size", "small")
        known = request.path_params["version"] == self.thumbnails.version and size in OF_TILES
        if not known or len(words) > AT_ONCE or not all(re.fullmatch(r"\d{1,9}", w) for w in words):
            raise HTTPException(404)
        data = await run_in_threadpool(self._packed, size, list(map(int, words)))
        tag = hashlib.sha256(data).hexdigest()[:16]
        return _cached(request, tag, data, "application/octet-stream")

    def _packed(self, size: str, samples: list[int]) -> bytes:
        self.thumbnails.give_way()
        parts = []
        for sample in samples:
            try:
                picture = self.thumbnails.get(size, sample)
            except (KeyError, InputError):
                picture = b""
            parts += [len(picture).to_bytes(4, "big"), picture]
        return b"".join(parts)

    async def tiles(self, request: Request) -> Response:
        """Return the HTML of more images of a cluster."""
        try:
            step, interaction, start = (
                int(request.query_params[name]) for name in ("step", "interaction", "start")
            )
            taste = Taste.of(request.query_params)
            return await run_in_threadpool(self._more, step, interaction, max(start, 0), taste)
        except (KeyError, ValueError, OverflowError) as error:
            raise HTTPException(404) from error

    def _more(self, step: int, interaction: int, start: int, taste: Taste) -> Response:
        samples = self.desk.journal.question(step, interaction).samples.tolist()
        words = self.pages.words(self.desk.journal.step(step).kind, step, interaction)
        part = interaction >= FIRST_PART
        return HTMLResponse(self.pages.tiles(samples, start, taste, words, part))

    async def text(self, request: Request) -> Response:
        """Return the whole text of a sample, as plain text."""
        return await run_in_threadpool(whole_text, self.pages.text, request.path_params["sample"])

    def get_ready(self) -> None:
        """Start to make the pictures of new steps, in the order in which they will be shown.

        Raises:
            InputError: the journal's file is damaged, or is no longer the one that was opened.
        """
        self._check()
        for step in self.desk.live_steps():
            if step.id not in self._ready:
                self._ready.add(step.id)
                for interaction in self.desk.left(step):
                    samples = self.desk.journal.question(step.id, interaction).samples
                    self.thumbnails.make_ahead(SIZES[step.kind], samples.tolist())

    def _check(self) -> None:
        """Raise the error that ends the server, so that no answer is taken after it."""
        if self.failed:
            raise self.failed
        self.desk.journal.check_file()

    def next(self, person: str, page: str, said: dict[str, Any]) -> dict[str, Any]:
        """Return the view that the page shows now."""
        view = self.desk.next(page, load(said), said["annotator"])
        return self._view(view, taste=Taste.of(said))

    def _view(
        self, view: View, ready: Ready | None = None, taste: Taste = AS_USUAL
    ) -> dict[str, Any]:
        journal = self.desk.journal
        return self.pages.view(view, journal.classes(), ready, taste, journal.gone())

    def beat(self, person: str, page: str, said: dict[str, Any]) -> dict[str, Any]:
        """Prolong a page's claim on its question; `yours` says whether the page still has it."""
        question = whole(said, "step"), whole(said, "interaction")
        return {"yours": self.desk.beat(page, *question, load(said), said["annotator"])}

    def leave(self, person: str, page: str, said: dict[str, Any]) -> dict[str, Any]:
        """Release the question of a closed page."""
        self.desk.leave(page, load(said))
        return {}

    def answer(self, person: str, page: str, said: dict[str, Any]) -> dict[str, Any]:
        """Take an answer and return the next view."""
        seconds, excluded = seconds_in(said), samples_in(said, "excluded")
        new_class = text_in(said, "class")
        self.thumbnails.give_way()
        self._check()
        late = self.desk.answer(
            page,
            person,
            whole(said, "step"),
            whole(said, "interaction"),
            str(said.get("action")),
            seconds,
            whole(said, "label") if said.get("label") is not None else None,
            new_class,
            tuple(excluded),
            key(said),
            said["annotator"],
        )
        return self.next(person, page, said) | ({"late": True} if late else {})

    def split(self, person: str, page: str, said: dict[str, Any]) -> dict[str, Any]:
        """Split a cluster and return the next view, which shows its parts."""
        self.thumbnails.give_way()
        self._check()
        question = whole(said, "step"), whole(said, "interaction"), whole(said, "parts")
        more = seconds_in(said), key(said), said["annotator"]
        self.desk.split(page, person, *question, *more)
        return self.next(person, page, said)

    def undo(self, person: str, page: str, said: dict[str, Any]) -> dict[str, Any]:
        """Undo the person's last answer and show its question again."""
        self._check()
        self.desk.undo(page, person, whole(said, "step"), key(said), said["annotator"])
        return self.next(person, page, said)

    def name(self, person: str, page: str, said: dict[str, Any]) -> dict[str, Any]:
        """Return the name that a person gives; the browser keeps it, and sends it from now on."""
        return {"name": tidy_name(said.get("name"))}

    def _keep_name(self, result: dict[str, Any]) -> dict[str, str]:
        return {"Set-Cookie": self.door.kept(COOKIE, as_value(result["name"]))}


def _cached(request: Request, tag: str, data: bytes, kind: str) -> Response:
    """Return a response that the browser may cache for ever; 304 if the browser has it."""
    headers = {"ETag": f'"{tag}"', "Cache-Control": FOR_EVER}
    if f'"{tag}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=kind, headers=headers)
