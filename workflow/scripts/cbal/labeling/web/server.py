"""The web application of the labeling page."""

import asyncio
import hashlib
import json
import math
import re
import secrets
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from cbal.errors import InputError
from cbal.labeling.desk import Desk, View
from cbal.labeling.journal import ConflictError
from cbal.labeling.steps import FIRST_PART
from cbal.labeling.web.cards import whole_text
from cbal.labeling.web.connections import PATIENCE
from cbal.labeling.web.pages import AS_USUAL, AT_ONCE, STATIC, Pages, Ready, Taste
from cbal.labeling.web.security import Door, Guard
from cbal.labeling.web.thumbnails import Thumbnails

FOR_EVER = "private, max-age=31536000, immutable"
LARGEST = 2_000_000  # bytes of a request
PAGE = re.compile(r"[A-Za-z0-9-]{8,64}")
A_DAY = 86_400.0
SIZES = {"cluster": "small", "individual": "large"}  # size of the pictures, by kind of question
OF_TILES = ("small", "medium")  # sizes of pictures that a tile may have


class Labeling:
    """The handlers of the page's requests."""

    def __init__(self, desk: Desk, pages: Pages, thumbnails: Thumbnails, door: Door):
        """Keep the parts that the handlers use."""
        self.desk, self.pages, self.thumbnails, self.door = desk, pages, thumbnails, door
        self._ready: set[int] = set()  # steps whose pictures are made, or being made
        self.failed: InputError | None = None  # error that ends the server

    def app(self) -> Guard:
        """Return the application with its access checks."""
        routes = [
            Route("/", self.page),
            Route("/static/{version}/{name}", self.static),
            Route("/image/{version}/{size}/{sample:int}.webp", self.image),
            Route("/images/{version}", self.some_images),
            Route("/tiles", self.tiles),
            Route("/text/{sample:int}", self.text),
            *(
                Route(f"/{name}", _posted(method), methods=["POST"])
                for name, method in {
                    "next": self.next,
                    "beat": self.beat,
                    "leave": self.leave,
                    "answer": self.answer,
                    "split": self.split,
                    "undo": self.undo,
                }.items()
            ),
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
            return RedirectResponse("/", 303)
        csrf = self.door.csrf(request.scope["person"])
        return HTMLResponse(await run_in_threadpool(self._whole, csrf))

    def _whole(self, csrf: str) -> str:
        """Return the HTML of the page, with its first question if there is one for it."""
        self.thumbnails.give_way()
        name = secrets.token_hex(12)
        view = self.desk.first(name)
        first = view and {"page": name, **self._view(view, self.thumbnails.ready)}
        return self.pages.whole(csrf, first)

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
        return _cached(request, tag, data, "image/webp")

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
        return self._view(self.desk.next(page, _load(said)), taste=Taste.of(said))

    def _view(
        self, view: View, ready: Ready | None = None, taste: Taste = AS_USUAL
    ) -> dict[str, Any]:
        return self.pages.view(view, self.desk.journal.classes(), ready, taste)

    def beat(self, person: str, page: str, said: dict[str, Any]) -> dict[str, Any]:
        """Prolong a page's claim on its question; `yours` says whether the page still has it."""
        question = _whole(said, "step"), _whole(said, "interaction")
        return {"yours": self.desk.beat(page, *question, _load(said))}

    def leave(self, person: str, page: str, said: dict[str, Any]) -> dict[str, Any]:
        """Release the question of a closed page."""
        self.desk.leave(page, _load(said))
        return {}

    def answer(self, person: str, page: str, said: dict[str, Any]) -> dict[str, Any]:
        """Take an answer and return the next view."""
        excluded = said.get("excluded", [])
        if not isinstance(excluded, list) or not all(type(it) is int for it in excluded):
            raise ValueError("excluded is not a list of samples")
        new_class = said.get("class")
        if new_class is not None and not isinstance(new_class, str):
            raise ValueError("class is not a name")
        self.thumbnails.give_way()
        self._check()
        self.desk.answer(
            page,
            person,
            _whole(said, "step"),
            _whole(said, "interaction"),
            str(said.get("action")),
            _seconds(said),
            _whole(said, "label") if said.get("label") is not None else None,
            new_class,
            tuple(excluded),
            _key(said),
        )
        return self.next(person, page, said)

    def split(self, person: str, page: str, said: dict[str, Any]) -> dict[str, Any]:
        """Split a cluster and return the next view, which shows its parts."""
        self.thumbnails.give_way()
        self._check()
        question = _whole(said, "step"), _whole(said, "interaction")
        parts = _whole(said, "parts")
        self.desk.split(page, person, *question, parts, _seconds(said), _key(said))
        return self.next(person, page, said)

    def undo(self, person: str, page: str, said: dict[str, Any]) -> dict[str, Any]:
        """Undo the person's last answer and show its question again."""
        self._check()
        self.desk.undo(page, person, _whole(said, "step"), _key(said))
        return self.next(person, page, said)


def _posted(method: Callable[..., dict[str, Any]]) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint for a method; the request's body is JSON with the page's name."""

    async def endpoint(request: Request) -> Response:
        try:
            said = json.loads(await _body(request))
            page = said.get("page") if isinstance(said, dict) else None
            if not isinstance(page, str) or not PAGE.fullmatch(page):
                raise ValueError("no page")
            result = await run_in_threadpool(method, request.scope["person"], page, said)
        except ConflictError as error:
            return JSONResponse({"error": str(error)}, 409)
        except (KeyError, ValueError, OverflowError, RecursionError) as error:
            return JSONResponse({"error": f"{error}"}, 400)
        return JSONResponse(result)

    return endpoint


async def _body(request: Request) -> bytes:
    """Return the body of a request.

    Raises:
        HTTPException: the body is larger than `LARGEST`, or takes longer than `PATIENCE`.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for part in request.stream():
                body += part
                if len(body) > LARGEST:
                    raise HTTPException(413)
    except TimeoutError as error:
        raise HTTPException(408, headers={"Connection": "close"}) from error
    return bytes(body)


def _whole(said: dict[str, Any], name: str) -> int:
    """Return a whole number of a request, from 0 to 2^31 - 1, which the journal can store.

    Raises:
        ValueError: the value is not such a number.
    """
    value = said.get(name)
    if type(value) is not int or not 0 <= value < 2**31:
        raise ValueError(f"{name} is not a number")
    return value


def _seconds(said: dict[str, Any]) -> float:
    """Return how long an answer took; a day at most.

    Raises:
        ValueError: the request says no such number.
    """
    seconds = said.get("seconds", 0.0)
    if not isinstance(seconds, int | float) or not math.isfinite(seconds):
        raise ValueError("seconds is not a number")
    return min(max(float(seconds), 0.0), A_DAY)


def _load(said: dict[str, Any]) -> int:
    """Return how many times the page was loaded; 0 if the request does not say so."""
    return _whole(said, "load") if "load" in said else 0


def _key(said: dict[str, Any]) -> str:
    """Return the key of a request that changes the journal; a repeated request has the same key.

    Raises:
        ValueError: the request has no valid key.
    """
    key = said.get("key")
    if not isinstance(key, str) or not PAGE.fullmatch(key):
        raise ValueError("the request has no key: load the page again")
    return key


def _cached(request: Request, tag: str, data: bytes, kind: str) -> Response:
    """Return a response that the browser may cache for ever; 304 if the browser has it."""
    headers = {"ETag": f'"{tag}"', "Cache-Control": FOR_EVER}
    if f'"{tag}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=kind, headers=headers)
