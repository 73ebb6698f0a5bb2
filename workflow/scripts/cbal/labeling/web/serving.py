"""Start the server, keep it running between rounds, and end it when nobody needs the page."""

import asyncio
import socket
import sqlite3
import sys
import time
from collections.abc import Callable

import uvicorn

from cbal.errors import InputError
from cbal.labeling.web.connections import Connection
from cbal.labeling.web.lifetime import Home, Owners
from cbal.labeling.web.public import Public
from cbal.storage.locks import is_held

PORTS = 20  # number of ports to try, starting with the one in the settings
LINGER = 5.0  # seconds that the server stays, to tell open pages that the workflow has ended
EACH = 0.5  # seconds between two checks


def listen(host: str, ports: list[int]) -> socket.socket:
    """Return a socket that listens on the first free port of a list.

    Raises:
        InputError: the address is not one of this machine, or no port is free.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    error: OSError | None = None
    for port in ports:
        # With TCP named here, asyncio turns off the delay of small packets.
        sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
            sock.listen(128)
            return sock
        except (OSError, OverflowError) as caught:
            sock.close()
            error = caught
    raise InputError(
        f"labeling: {host}, ports {ports[0]} to {ports[-1]}: cannot listen there ({error}); "
        "mend `labeling: host:` or `port:`"
    )


def address(host: str, port: int, token: str | None, public: Public | None = None) -> str:
    """Return the address of the page, to show to people."""
    query = f"?token={token}" if token else ""
    if public:
        return public.url + query
    if host in ("0.0.0.0", "::"):
        host = socket.getfqdn()
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/{query}"


def serve(
    app: Callable, sock: socket.socket, home: Home, owner: Owners, look: Callable[[bool], None]
) -> None:
    """Serve the page until its owners have ended and no job waits for answers.

    Args:
        app: the application.
        sock: listening socket.
        home: labeling folder of the data set.
        owner: processes of the workflows.
        look: called every `EACH` seconds, with True if the page is still needed.

    Raises:
        InputError: `look` raised it.
    """
    config = uvicorn.Config(
        app,
        http=Connection,
        lifespan="off",
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    asyncio.run(_serve(server, sock, home, owner, look))


async def _serve(
    server: uvicorn.Server, sock: socket.socket, home: Home, owner: Owners, look: Callable
) -> None:
    """Run the server, and the task that ends it.

    Raises:
        InputError: `look` raised it.
    """
    watch = asyncio.create_task(_watch(home, owner, look))
    watch.add_done_callback(lambda _: setattr(server, "should_exit", True))
    await server.serve(sockets=[sock])
    if watch.done():
        watch.result()
    watch.cancel()


async def _watch(home: Home, owner: Owners, look: Callable) -> None:
    """Return when the page has not been needed for LINGER seconds."""
    wanted = time.monotonic()
    while time.monotonic() - wanted < LINGER:
        await asyncio.sleep(EACH)
        waiting = any(is_held(path) for path in home.folder.glob("waiting/*"))
        needed = owner.lives or waiting
        wanted = time.monotonic() if needed else wanted
        try:
            await asyncio.to_thread(look, needed)
        except sqlite3.OperationalError as error:  # temporary: a full disk or a lock
            print(f"the journal cannot be read now ({error})", file=sys.stderr)
    print("nobody needs the page any more", file=sys.stderr)
