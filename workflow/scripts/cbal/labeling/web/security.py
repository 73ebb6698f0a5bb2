"""Access checks of the page's server: host, origin and session of each request.

Without them everyone who can open a connection could answer in the person's name: another page
in the same browser, another domain name that points here (DNS rebinding), or another machine.
"""

import hashlib
import hmac
import ipaddress
import secrets
import socket
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cbal.labeling.web.names import cookies_in, name_in
from cbal.labeling.web.public import Public

LOOPBACK = ("127.0.0.1", "::1", "localhost")
YEAR = 365 * 24 * 3600
REVIEW = "/review"  # path of the review's page
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
NO_STORE = "no-store"


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach an address to serve on."""
    return host in LOOPBACK


@dataclass(frozen=True)
class Door:
    """Rules for the requests that the server accepts.

    Attributes:
        host: address that the server listens on.
        port: port that the server listens on.
        secret: key that signs sessions; it is stored, so that sessions survive a new server.
        token: token that the first request must have; None on loopback, where none is needed.
        names: names of this machine, in lower case.
        public: address behind a reverse proxy; None if there is none.
    """

    host: str
    port: int
    secret: str
    token: str | None
    names: frozenset[str] = field(default_factory=frozenset)
    public: Public | None = None

    @property
    def base(self) -> str:
        """Path of the page without its last slash, as browsers see it."""
        return self.public.base if self.public else ""

    @property
    def cookie(self) -> str:
        """Name of the session's cookie; it has the port, because ports share their cookies."""
        return f"cbal-{self.port}"

    def knows_host(self, header: str) -> bool:
        """Return whether the `Host` header names this machine.

        Its port does not count, because a tunnel may use another one. If the server is not on
        loopback, every IP address is accepted: DNS rebinding needs a domain name. A reverse proxy
        sends its public name, or that of this machine.
        """
        name = _name_in(header)
        if name in LOOPBACK or (self.public and name == self.public.host):
            return True
        if is_loopback(self.host):
            return False
        return name in self.names or _is_address(name)

    def knows_origin(self, origin: str | None, host: str) -> bool:
        """Return whether the `Origin` header is that of this page, given the `Host` header.

        A host name that is public has the public scheme and port alone: a page of another port,
        or one without encryption, is another page.
        """
        if self.public and origin == self.public.origin:
            return True
        name = _name_in(host)
        direct = not self.public or name != self.public.host or name in LOOPBACK
        return direct and origin == f"http://{host}"

    def kept(self, name: str, value: str) -> str:
        """Return the header that lets the browser keep a cookie for this page alone."""
        secure = "; Secure" if self.public and self.public.scheme == "https" else ""
        return (
            f"{name}={value}; Path={self.base}/; HttpOnly; SameSite=Strict; Max-Age={YEAR}{secure}"
        )

    def session(self) -> str:
        """Return a new session: a random name and its signature."""
        name = secrets.token_urlsafe(12)
        return f"{name}.{self._sign('session', name)}"

    def person(self, session: str) -> str | None:
        """Return the name in a session if its signature is right; None otherwise."""
        name, _, signature = session.partition(".")
        right = name and hmac.compare_digest(
            signature.encode(), self._sign("session", name).encode()
        )
        return name if right else None

    def csrf(self, person: str) -> str:
        """Return the token that requests of a session must have to change anything."""
        return self._sign("csrf", person)

    def _sign(self, what: str, name: str) -> str:
        text = f"{what}:{name}".encode()
        return hmac.new(self.secret.encode(), text, hashlib.sha256).hexdigest()


def door_for(host: str, port: int, memory: dict[str, Any], public: Public | None = None) -> Door:
    """Return the rules for a server; `memory` has its secret and its token.

    Behind a proxy a token is needed also on loopback, since other machines reach the proxy.
    """
    token = None if is_loopback(host) and not public else memory["token"]
    names = {name.lower() for name in (host, socket.gethostname(), socket.getfqdn()) if name}
    return Door(host, port, memory["secret"], token, frozenset(names), public)


class Guard:
    """ASGI middleware that refuses requests that break the rules of a `Door`."""

    def __init__(self, app: Any, door: Door):
        """Guard `app`."""
        self._app, self._door = app, door

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise RuntimeError("plain HTTP only")
        scope = self._inside(scope)
        headers = {name.decode("latin-1"): value for name, value in scope["headers"]}
        headers = {name: value.decode("latin-1") for name, value in headers.items()}
        person = self._person(headers)
        new: str | None = None
        if person is None and self._may_enter(scope):
            new = self._door.session()
            person = self._door.person(new)
        refused = self._refused(scope, headers, person)
        if refused:
            await _plain(send, *refused)
            return
        scope["person"] = person
        scope["annotator"] = name_in(headers.get("cookie", ""))
        await self._app(scope, receive, self._with_headers(send, new))

    def _inside(self, scope: Any) -> Any:
        """Return a request as it is without a proxy: its path does not have the public one."""
        base = self._door.base
        if not base or not scope["path"].startswith(f"{base}/"):
            return scope
        return {**scope, "path": scope["path"][len(base) :], "raw_path": None}

    def _may_enter(self, scope: Any) -> bool:
        """Return whether a request may begin a session."""
        if scope["path"] not in ("/", REVIEW) or scope["method"] != "GET":
            return False
        if self._door.token is None:
            return True
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        return hmac.compare_digest(given.encode(), self._door.token.encode())

    def _refused(
        self, scope: Any, headers: dict[str, str], person: str | None
    ) -> tuple[int, str] | None:
        """Return HTTP status and reason if a request is refused; None if it is accepted."""
        if not self._door.knows_host(headers.get("host", "")):
            return 421, "This server does not have this name. Use the address it printed."
        if person is None:
            return 403, "Open the address that the workflow printed, with its token."
        if scope["method"] in ("GET", "HEAD"):
            return None
        if scope["method"] != "POST":
            return 405, "GET and POST only."
        if not self._door.knows_origin(headers.get("origin"), headers["host"]):
            return 403, "This request comes from another page."
        given = headers.get("x-csrf-token", "").encode("latin-1")
        if not hmac.compare_digest(given, self._door.csrf(person).encode()):
            return 403, "This request lacks the session's token: load the page again."
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return 415, "JSON only."
        return None

    def _person(self, headers: dict[str, str]) -> str | None:
        """Return the name of the person whose session a request belongs to; None if unknown.

        The header may have cookies of other applications on the same host, even with this name.
        """
        for name, session in cookies_in(headers.get("cookie", "")):
            if name == self._door.cookie and (person := self._door.person(session)):
                return person
        return None

    def _with_headers(self, send: Any, session: str | None) -> Any:
        """Return a `send` that adds the headers of every response, and a new session's cookie."""

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                added = dict(HEADERS)
                if session is not None:
                    added["Set-Cookie"] = self._door.kept(self._door.cookie, session)
                present = {name.lower() for name, _ in message["headers"]}
                if b"cache-control" not in present:
                    added["Cache-Control"] = NO_STORE
                message["headers"] = [*message["headers"], *_encoded(added)]
            await send(message)

        return sending


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


async def _plain(send: Any, status: int, text: str) -> None:
    """Answer with a line of text."""
    headers = _encoded({**HEADERS, "Cache-Control": NO_STORE, "Content-Type": "text/plain"})
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{text}\n".encode()})


def _name_in(host: str) -> str:
    """Return the name in a `Host` header, in lower case; "" if it has none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
