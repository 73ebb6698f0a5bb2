"""The address of a page behind a reverse proxy: `labeling: public_url:`.

The workflow checks the setting with this module, so it imports nothing that only jobs have.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}
NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")
# Paths of the page with others below them: a proxy that takes such a prefix away leaves no trace.
OWN = ("/static", "/image", "/images", "/text")


@dataclass(frozen=True)
class Public:
    """The address under which people reach the page.

    Attributes:
        scheme: http or https.
        host: name or address, in lower case, without brackets.
        origin: scheme, host and, unless it is the usual one, port, as browsers send it.
        base: path of the page without its last slash; "" if the page is the whole site.
    """

    scheme: str
    host: str
    origin: str
    base: str

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"{self.origin}{self.base}/"


def public_of(url: str) -> Public:
    """Return the parts of an address such as `https://example.org/label/`.

    Raises:
        ValueError: it is no such address; says what is wrong.
    """
    try:
        parts = urlsplit(url.strip())
        port, host = parts.port, parts.hostname or ""
    except ValueError as error:
        raise ValueError(f"{url!r} is no address ({error})") from error
    if parts.scheme not in PORTS:
        raise ValueError(f"{url!r} does not begin with http:// or https://")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError(f"{url!r} has more than scheme, host, port and path")
    shown = f"[{host}]" if ":" in host else host
    if not NAME.fullmatch(shown):
        raise ValueError(f"{url!r} names no host that a browser would send; write it in ASCII")
    base = parts.path.rstrip("/")
    if not PATH.fullmatch(base) or {".", ".."} & set(base.split("/")):
        raise ValueError(f"the path of {url!r} has more than letters, digits and . _ ~ -")
    if base in OWN:
        raise ValueError(f"the path of {url!r} is one of the page's own; choose another")
    usual = port in (None, PORTS[parts.scheme])
    origin = f"{parts.scheme}://{shown}" + ("" if usual else f":{port}")
    return Public(parts.scheme, host, origin, base)
