"""A small reverse proxy, as nginx would be one in front of the page."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOP = {"connection", "keep-alive", "transfer-encoding", "server", "date"}


class Proxy(ThreadingHTTPServer):
    """A server that hands requests below a path on to another server.

    Attributes:
        target: host and port of that server.
        path: the public path, such as "/label"; "" if all is handed on.
        strips: whether the path is taken away, as by nginx's `proxy_pass` with a slash at its end.
        keeps_host: whether the `Host` header stays, as by `proxy_set_header Host $host`.
        seen: paths of all requests as the browser made them.
    """

    daemon_threads = True

    def __init__(self, port: int, path: str = "", strips: bool = True, keeps_host: bool = False):
        super().__init__(("127.0.0.1", port), Handler)
        self.target, self.path, self.strips, self.keeps_host = "", path, strips, keeps_host
        self.seen: list[str] = []


class Handler(BaseHTTPRequestHandler):
    """Hands one request on."""

    protocol_version = "HTTP/1.1"

    def hand_on(self) -> None:
        proxy = self.server
        proxy.seen.append(self.path)
        if not self.path.startswith(f"{proxy.path}/"):
            return self.reply(404, {}, b"nothing here")
        path = self.path.removeprefix(proxy.path) if proxy.strips else self.path
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
        if not proxy.keeps_host:
            headers["Host"] = proxy.target
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection = http.client.HTTPConnection(proxy.target, timeout=60)
        try:
            connection.request(self.command, path, body, headers)
            answer = connection.getresponse()
            self.reply(answer.status, dict(answer.headers), answer.read())
        except ConnectionError:
            self.reply(502, {}, b"no server behind this proxy")
        finally:
            connection.close()

    do_GET = do_POST = hand_on  # noqa: N815 - the names that the library calls

    def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in HOP | {"content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        pass


@contextmanager
def running(proxy: Proxy) -> Iterator[Proxy]:
    """Run a proxy in a `with` block."""
    thread = threading.Thread(target=proxy.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        thread.join()
        proxy.server_close()


def port_of(address: str) -> int:
    """Return the port of an address."""
    return urlsplit(address).port
