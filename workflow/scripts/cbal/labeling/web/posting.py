"""Endpoints for what the page posts: JSON, with the name of the page."""

import asyncio
import json
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
