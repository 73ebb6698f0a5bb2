"""Requests that pages post: read, checked, and answered as JSON."""

import asyncio
import json
import math
import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cbal.labeling.journal import ConflictError
from cbal.labeling.web.connections import PATIENCE

LARGEST = 2_000_000  # bytes of a request
PAGE = re.compile(r"[A-Za-z0-9-]{8,64}")
A_DAY = 86_400.0


def posted(
    method: Callable[..., dict[str, Any]],
    headers: Callable[[dict[str, Any]], dict[str, str]] | None = None,
) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint for a method; the request's body is JSON with the page's name.

    What the request says has the `annotator` added, from its cookie; "" without a name. `headers`
    returns those of the response, given the result.
    """

    async def endpoint(request: Request) -> Response:
        try:
            said = json.loads(await _body(request))
            page = said.get("page") if isinstance(said, dict) else None
            if not isinstance(page, str) or not PAGE.fullmatch(page):
                raise ValueError("no page")
            said["annotator"] = request.scope["annotator"] or ""
            result = await run_in_threadpool(method, request.scope["person"], page, said)
        except ConflictError as error:
            return JSONResponse({"error": str(error)}, 409)
        except (KeyError, ValueError, OverflowError, RecursionError) as error:
            return JSONResponse({"error": f"{error}"}, 400)
        return JSONResponse(result, headers=headers(result) if headers else None)

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


def whole(said: dict[str, Any], name: str) -> int:
    """Return a whole number of a request, from 0 to 2^31 - 1, which the journal can store.

    Raises:
        ValueError: the value is not such a number.
    """
    value = said.get(name)
    if type(value) is not int or not 0 <= value < 2**31:
        raise ValueError(f"{name} is not a number")
    return value


def samples_in(said: dict[str, Any], name: str) -> list[int]:
    """Return a list of samples in a request; empty if it has none.

    Raises:
        ValueError: the value is not such a list.
    """
    value = said.get(name, [])
    if not isinstance(value, list) or not all(type(it) is int for it in value):
        raise ValueError(f"{name} is not a list of samples")
    return value


def text_in(said: dict[str, Any], name: str) -> str | None:
    """Return a text in a request; None if it has none.

    Raises:
        ValueError: the value is not a text.
    """
    value = said.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} is not a name")
    return value


def seconds_in(said: dict[str, Any]) -> float:
    """Return the seconds that a request says, from 0 to those of a day.

    Raises:
        ValueError: they are not a number.
    """
    seconds = said.get("seconds", 0.0)
    if not isinstance(seconds, int | float) or not math.isfinite(seconds):
        raise ValueError("seconds is not a number")
    return min(max(float(seconds), 0.0), A_DAY)


def load(said: dict[str, Any]) -> int:
    """Return how many times the page was loaded; 0 if the request does not say so."""
    return whole(said, "load") if "load" in said else 0


def key(said: dict[str, Any]) -> str:
    """Return the key of a request that changes the journal; a repeated request has the same key.

    Raises:
        ValueError: the request has no valid key.
    """
    value = said.get("key")
    if not isinstance(value, str) or not PAGE.fullmatch(value):
        raise ValueError("the request has no key: load the page again")
    return value
