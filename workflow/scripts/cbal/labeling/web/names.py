"""The name of who labels, which the browser keeps in a cookie.

The name is for the record alone: it opens no door, so it is not signed. All pages of a host have
it in common, so that a person is asked once.
"""

from collections.abc import Iterator
from urllib.parse import quote, unquote

from cbal.labeling.class_names import visible

COOKIE = "cbal-name"


def cookies_in(header: str) -> Iterator[tuple[str, str]]:
    """Yield name and value of each cookie in a `Cookie` header.

    Cookies of other applications may have any form. A parser for the whole header would stop at
    the first invalid one.
    """
    for cookie in header.split(";"):
        name, _, value = cookie.strip().partition("=")
        yield name, value


def tidy_name(name: object) -> str:
    """Return a person's name as it is kept; "" for a person who gives none.

    Raises:
        ValueError: it is no text, has invisible characters, or is too long.
    """
    if not isinstance(name, str):
        raise ValueError("the name is no text")
    return visible(name, "your name") if name.strip() else ""


def name_in(header: str) -> str | None:
    """Return the name in a `Cookie` header; None if the person was not asked for it yet."""
    for cookie, value in cookies_in(header):
        if cookie == COOKIE:
            try:
                return tidy_name(unquote(value, errors="strict"))
            except ValueError:
                return None
    return None


def as_value(name: str) -> str:
    """Return the value of the cookie that keeps a name."""
    return quote(name, safe="")
