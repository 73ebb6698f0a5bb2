"""Requests that the page's server refuses, over a real connection."""

import json
import re
import stat

import pytest

from cbal.labeling.web.security import door_for
from tests.people import Browser
from tests.unit.labeling.conftest import EVIL

MEMORY = {"secret": "s", "token": "t"}


@pytest.fixture
def send(browser):
    """Return a function that posts with some headers changed, or left out (None)."""

    def send(path="/next", method="POST", body=None, **changes):
        headers = {
            "Origin": f"http://{browser.address.netloc}",
            "X_CSRF_Token": browser.csrf,
            "Content_Type": "application/json",
        } | changes
        body = json.dumps({"page": browser.page}).encode() if body is None else body
        kept = {name: value for name, value in headers.items() if value is not None}
        return browser.request(method, path, body, **kept)

    return send


def test_the_page_s_own_request_is_answered(send):
    assert send()[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:18765", "127.0.0.1.evil.example"])
def test_another_name_that_points_here_is_refused(browser, host):
    for method, path in (("GET", "/"), ("POST", "/next"), ("GET", "/image/x/small/1")):
        assert browser.request(method, path, Host=host)[0] == 421


def test_a_tunnel_s_other_port_is_fine(browser):
    assert browser.request("GET", "/", Host="localhost:9999")[0] == 200


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "http://127.0.0.1:1", "https://127.0.0.1:18765"]
)
def test_a_request_from_another_page_is_refused(send, origin):
    assert send(Origin=origin)[0] == 403


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
def test_a_request_without_the_session_s_token_is_refused(send, token):
    assert send(X_CSRF_Token=token)[0] == 403


def test_a_token_is_its_session_s_alone(served, send):
    other = Browser(served.home.address)
    other.open()
    assert send(X_CSRF_Token=other.csrf)[0] == 403


@pytest.mark.parametrize("cookie", ["", "cbal-{port}=made.up", "cbal-{port}=x", "=;;=\x01"])
def test_without_a_session_nothing_but_the_page_is_shown(browser, send, cookie):
    cookie = cookie.format(port=browser.address.port)
    assert send(Cookie=cookie)[0] == 403
    for path in ("/tiles?step=1&interaction=0&start=0", "/static/x/labeling.js"):
        assert browser.request("GET", path, Cookie=cookie)[0] == 403


@pytest.mark.parametrize(
    "others",
    ['theirs="a; b"; {}', 'theirs="a\\"b"; {}', 'a={{"json": [1, 2]}}; {}; b', "a@b=c; {}", "x; {}"]
    + ['theirs="a; {}', "=; {}", "{}; theirs=a b, c", "cbal-{port}=theirs; {}", "é=é; {}"],
)
def test_cookies_of_other_applications_lock_nobody_out(browser, send, others):
    cookie = others.format(browser.cookie, port=browser.address.port)
    assert send(Cookie=cookie)[0] == 200
    assert "set-cookie" not in browser.request("GET", "/", Cookie=cookie)[1]


@pytest.mark.parametrize("path", ["/next", "/beat", "/leave", "/answer", "/undo"])
def test_state_changes_by_post_alone(send, path):
    assert send(path, method="GET", body=b"")[0] == 405
    assert send(path, method="PUT")[0] == 405


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_forms_of_other_pages_are_no_json(send, kind):
    assert send(Content_Type=kind)[0] == 415


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"\xff", b'{"page": 1}', b'{"page": "x"}', b'{"page": "<script>alert"}']
    + [b"[" * 100_000],
)
def test_nonsense_is_refused(send, body):
    assert send(body=body)[0] == 400


def test_an_endless_body_is_refused(send):
    assert send(body=b" " * 3_000_000)[0] == 413


@pytest.mark.parametrize(
    "said",
    [
        {"step": "1"},
        {"step": -1},
        {"step": 2**80},
        {"step": 99},
        {"step": True},
        {"interaction": 99},
        {"action": "drop table"},
        {"label": "0"},
        {"label": 99},
        {"seconds": "1"},
        {"seconds": float("nan")},
        {"seconds": 10**400},
        {"excluded": "1"},
        {"excluded": [True]},
        {"excluded": [2**80]},
        {"class": 7, "label": None},
        {"class": "\x00", "label": None},
    ],
)
def test_a_wrong_answer_is_refused_and_changes_nothing(served, browser, said):
    whole = {"step": 1, "interaction": 0, "action": "label", "label": 1, "seconds": 1} | said
    assert browser.post("/answer", **whole)[0] == 400
    assert not served.journal.standing(1).answers


def test_every_answer_has_the_headers(browser):
    for path in ("/", "/nowhere", "/static/x/labeling.js"):
        _, headers, _ = browser.request("GET", path)
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_pages(served):
    headers = Browser(served.home.address).request("GET", "/")[1]
    assert re.search("HttpOnly; SameSite=Strict", headers["set-cookie"])
    assert headers["cache-control"] == "no-store"


def test_names_are_escaped(served, browser):
    page = browser.open()
    assert "Some &lt;b&gt;images" in page
    view = browser.post("/next")[1]
    more = browser.request("GET", "/tiles?step=1&interaction=1&start=0")[2].decode()
    for html in (page, view["html"], more):
        assert EVIL not in html
    assert "&lt;img src=x onerror=" in view["html"]
    assert "&lt;img src=x onerror=" in more
    for html in (page, view["html"], view["status"], more):
        assert not re.search(r"<style|\sstyle=|\son\w+=\"|<script(?! src=)", html)


@pytest.mark.parametrize(
    "path",
    [
        "/image/{v}/small/12",
        "/image/{v}/small/-1",
        "/image/{v}/small/99999999999999999999",
        "/image/{v}/huge/1",
        "/image/{v}/../1",
        "/image/{v}/small/..%2f..%2fserver.json",
        "/image/other/small/1",
        "/images/other?samples=1",
        "/images/{v}?samples=../1",
        "/images/{v}?samples=",
        "/images/{v}?samples=-1",
        "/images/{v}?samples=1,,2",
        "/static/{v}/..%2ftemplates%2fpage.html",
        "/static/{v}/../pages.py",
        "/static/{v}/page.html",
        "/labeling/server.json",
        "/tiles?step=1",
        "/tiles?step=x&interaction=0&start=0",
        "/tiles?step=1&interaction=99999999999999999999&start=0",
    ],
)
def test_only_samples_and_known_files_are_served(browser, path):
    version = re.search('name="pictures" content="(.+?)"', browser.open())[1]
    assert browser.request("GET", path.format(v=version))[0] in (404, 405)


def test_the_secrets_are_the_owner_s_alone(served):
    for name in ("server.json", "address"):
        assert stat.S_IMODE((served.home.folder / name).stat().st_mode) == 0o600


@pytest.fixture(scope="class")
def address(served):
    """The address of a server that other machines can reach."""
    served.kill()
    yield served.start("--host", "0.0.0.0")
    served.kill()
    served.start()


class TestOffLoopback:
    """Any other address than this machine's own."""

    @pytest.fixture
    def here(self, address):
        """The address as seen from another machine."""
        return re.sub("//[^:]+:", "//127.0.0.1:", address)

    def test_the_address_has_a_long_token(self, address):
        assert re.fullmatch(r"http://[^/]+:\d+/\?token=[\w-]{32}", address)

    @pytest.mark.parametrize("path", ["/", "/review"])
    @pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", "?token=%C3%A9"])
    def test_without_it_the_page_stays_closed(self, here, query, path):
        closed = Browser(here.partition("?")[0])
        status, headers, _ = closed.request("GET", f"{path}{query}")
        assert status == 403
        assert "set-cookie" not in headers

    def test_with_it_the_page_opens_and_the_address_forgets_it(self, here):
        browser = Browser(here)
        status, headers, _ = browser.request("GET", f"/?{browser.address.query}")
        assert (status, headers["location"]) == (303, "/")
        browser.open()
        assert browser.post("/next")[0] == 200

    def test_with_it_the_review_opens_alone(self, here):
        browser = Browser(here)
        status, headers, _ = browser.request("GET", f"/review?{browser.address.query}")
        assert (status, headers["location"]) == (303, "/review")
        browser.cookie = headers["set-cookie"].partition(";")[0]
        assert browser.request("GET", "/review")[0] == 200

    def test_names_are_this_machine_s(self):
        door = door_for("0.0.0.0", 1, MEMORY)
        assert door.token == "t"
        assert all(map(door.knows_host, ["10.0.0.3:80", "[::1]:80", "localhost", "127.0.0.1"]))
        assert not any(map(door.knows_host, ["evil.example", "", "[", "10.0.0.3.evil.example"]))
        assert door_for("labels.lan", 1, MEMORY).knows_host("LABELS.lan:80")
        assert not door_for("127.0.0.1", 1, MEMORY).knows_host("10.0.0.3")
