"""Idle and slow connections, and the page before the first question."""

import asyncio
import socket
import threading
import time

import pytest
import uvicorn

from cbal.labeling.web import connections
from tests.people import Browser
from tests.served import Served

HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n"


@pytest.fixture
def port(monkeypatch):
    """A server of a connection's class, with little patience."""
    monkeypatch.setattr(connections, "PATIENCE", 0.3)

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})

    config = uvicorn.Config(app, http=connections.Connection, lifespan="off", log_level="error")
    server, sock = uvicorn.Server(config), socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[sock])))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield sock.getsockname()[1]
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("sent", [b"", HEAD, HEAD + b"\r\n", HEAD + b"\r\n" + HEAD])
def test_a_connection_that_brings_no_whole_head_is_closed(port, sent):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(sent)
        received = b"".join(iter(lambda: connection.recv(4096), b""))  # to its end
    assert received.count(b"hello") == sent.count(b"\r\n\r\n")


def test_a_page_before_any_step_is_a_page(tmp_path):
    served = Served(tmp_path, ["0.png"])
    served.start()
    browser = Browser(served.home.address)
    browser.open()
    status, view = browser.post("/next")
    served.close()
    assert (status, view["view"]) == (200, "training")
    assert "The first questions are being prepared" in view["html"]
