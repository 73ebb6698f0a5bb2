"""The page behind a reverse proxy, with and without a path, over real connections."""

import re

import pytest

from cbal.labeling.web.public import public_of
from cbal.labeling.web.security import door_for
from tests.people import Browser
from tests.ports import last_port
from tests.proxy import Proxy, running
from tests.served import Served

MEMORY = {"secret": "s", "token": "t"}


@pytest.mark.parametrize(
    ("url", "origin", "base"),
    [
        ("https://example.org/label/", "https://example.org", "/label"),
        ("https://example.org/label", "https://example.org", "/label"),
        ("HTTPS://Example.ORG:443/", "https://example.org", ""),
        ("http://example.org:8080/a/b-1/", "http://example.org:8080", "/a/b-1"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443", ""),
    ],
)
def test_the_parts_of_an_address(url, origin, base):
    public = public_of(url)
    assert (public.origin, public.base, public.url) == (origin, base, f"{origin}{base}/")


@pytest.mark.parametrize(
    "url",
    ["example.org/label", "ftp://example.org/", "https://", "https:///label/", "", "https://a b/"]
    + ["https://me:secret@example.org/", "https://example.org/?a=1", "https://example.org/#x"]
    + ["https://example.org:99999/", "https://example.org/a/../b/", "https://example.org/a b/"]
    + [
        "https://example.org//x/",
        "https://bücher.example/",
        "https://example.org/a;b/",
        "https://[/",
    ]
    + ['https://example.org/"><script>/', "https://-example.org/"]
    + ["https://example.org/images/", "https://example.org/static"],
)
def test_what_is_no_address_is_refused_in_one_line(url):
    with pytest.raises(ValueError) as caught:
        public_of(url)
    assert "\n" not in str(caught.value)


def test_only_the_public_origin_and_this_machine_s_own_may_post():
    door = door_for("127.0.0.1", 8765, MEMORY, public_of("https://example.org/label/"))
    assert door.knows_host("example.org") and door.knows_host("127.0.0.1:8765")
    assert not door.knows_host("evil.example")
    for host in ("example.org", "127.0.0.1:8765"):  # with and without the proxy's `Host`
        assert door.knows_origin("https://example.org", host)
        for other in ("http://example.org", "https://example.org:1", "https://evil.example", None):
            assert not door.knows_origin(other, host)
    assert door.knows_origin("http://127.0.0.1:8765", "127.0.0.1:8765")
    assert not door.knows_origin("http://example.org:80", "example.org:80")


def test_who_reaches_the_proxy_needs_the_token_and_cookies_are_for_this_path_alone():
    door = door_for("127.0.0.1", 8765, MEMORY, public_of("https://example.org/label/"))
    assert door.token == "t"
    kept = door.kept("a", "b")
    assert "; Path=/label/; HttpOnly; SameSite=Strict" in kept
    assert kept.endswith("; Secure")
    plain = door_for("127.0.0.1", 8765, MEMORY, public_of("http://example.org/"))
    assert "; Path=/;" in plain.kept("a", "b") and "Secure" not in plain.kept("a", "b")


@pytest.fixture(scope="module", params=["", "/label", "/label, all of it", "/label, with its host"])
def behind(request, tmp_path_factory):
    """A page behind a proxy, and the proxy."""
    path, _, how = request.param.partition(", ")
    served = Served(tmp_path_factory.mktemp("served"), [f"{i}.png" for i in range(12)])
    served.journal.add_class("cat")
    served.ask([range(10), [10, 11]])
    with running(Proxy(0, path, how != "all of it", how == "with its host")) as proxy:
        public = f"http://127.0.0.1:{proxy.server_port}{path}/"
        proxy.target = f"127.0.0.1:{last_port()}"
        served.start("--port", str(last_port()), "--public-url", public)
        yield served, proxy
        served.close()


class ThroughProxy(Browser):
    """A browser: its requests have the path that the page told it."""

    def __init__(self, address, base):
        super().__init__(address)
        self.base = base

    def request(self, method, path, body=None, **headers):
        path = path if path.startswith(f"{self.base}/") else self.base + path
        return super().request(method, path, body, **headers)


def test_the_page_its_files_and_its_answers_go_through_the_proxy(behind):
    served, proxy = behind
    assert re.fullmatch(
        rf"http://127.0.0.1:{proxy.server_port}{proxy.path}/\?token=[\w-]+", served.home.address
    )
    browser = ThroughProxy(served.home.address, proxy.path)
    page = browser.open()
    assert f'<meta name="base" content="{proxy.path}">' in page
    links = re.findall(r'(?:href|src)="([^"#]+)"', page)
    assert len(links) > 10
    for link in links:
        assert link.startswith(f"{proxy.path}/"), link
        assert browser.request("GET", link)[0] == 200
    version = re.search('name="pictures" content="(.+?)"', page)[1]
    for path in (f"/image/{version}/small/3", f"/images/{version}?samples=1,2"):
        assert browser.request("GET", path)[0] == 200
    view = browser.post("/next")[1]
    where = {"step": view["step"], "interaction": view["interaction"]}
    assert browser.post("/beat", **where)[1] == {"yours": True}
    assert browser.post("/answer", **where, action="label", label=0)[0] == 200
    assert browser.post("/undo", step=view["step"])[0] == 200
    assert browser.post("/leave")[0] == 200
    assert all(path.startswith(f"{proxy.path}/") for path in proxy.seen)


def test_the_cookie_is_for_the_public_path_and_the_token_opens_the_door(behind):
    served, proxy = behind
    browser = ThroughProxy(served.home.address, proxy.path)
    status, headers, _ = browser.request("GET", f"/?{browser.address.query}")
    assert (status, headers["location"]) == (303, f"{proxy.path}/")
    assert f"; Path={proxy.path}/;" in headers["set-cookie"]
    for query in ("", "?token=wrong"):
        assert browser.request("GET", f"/{query}")[0] == 403


def test_another_page_s_request_is_refused_behind_a_proxy_too(behind):
    served, proxy = behind
    browser = ThroughProxy(served.home.address, proxy.path)
    browser.open()
    headers = {"X_CSRF_Token": browser.csrf, "Content_Type": "application/json"}
    for origin in ("http://evil.example", f"https://127.0.0.1:{proxy.server_port}", "null"):
        assert browser.request("POST", "/next", b"{}", Origin=origin, **headers)[0] == 403


def test_it_is_served_on_the_proxy_s_port_or_not_at_all(behind):
    served, _ = behind
    with pytest.raises(AssertionError, match=f"{last_port()} to {last_port()}: cannot listen"):
        other = Served(served.folder / "other", ["0.png"])
        try:
            other.start("--port", str(last_port()), "--public-url", "http://example.org/")
        finally:
            other.close()
