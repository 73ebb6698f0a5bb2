"""The name of who labels: kept by the browser, written with each answer."""

import pytest

from cbal.labeling.web.names import COOKIE, as_value, name_in, tidy_name
from tests.people import Browser

NAMES = ["Ann", "Zoë O\u2019Neil; admin=1", "अनु", "李 四", 'a"b\\c', ""]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_comes_back_from_its_cookie(name):
    value = as_value(name)
    assert value.isascii() and not set(value) & set('; ,"\\')
    assert name_in(f"theirs=1; {COOKIE}={value}; other={{") == name


@pytest.mark.parametrize(
    "header", ["", "cbal-8765=x.y", f"{COOKIE}=%FF", f"{COOKIE}=%00", f"{COOKIE}={'x' * 81}"]
)
def test_who_has_no_such_cookie_is_asked(header):
    assert name_in(header) is None


@pytest.mark.parametrize("name", [None, 7, ["Ann"], "a\x00b", "x" * 81, "a\u202eb"])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(ValueError):
        tidy_name(name)


def test_spaces_are_tidied():
    assert tidy_name("  Ann \n Lee ") == "Ann Lee"
    assert tidy_name("   ") == ""


def named(browser, name):
    """Say a name as the page does; the cookie is kept as a browser does."""
    status, said = browser.post("/name", name=name)
    assert (status, said) == (200, {"name": name})
    browser.cookie = browser.cookie.partition(";")[0] + f"; {COOKIE}={as_value(name)}"


@pytest.mark.parametrize("name", NAMES)
def test_the_page_asks_once_and_the_name_is_written_with_the_answer(served, name):
    browser = Browser(served.home.address)
    assert 'data-ask="true"' in browser.open()
    named(browser, name)
    browser.post("/leave")
    assert "data-ask" not in browser.open()
    view = browser.post("/next")[1]
    where = {"step": view["step"], "interaction": view["interaction"]}
    assert browser.post("/answer", **where, action="refuse")[0] == 200
    assert served.journal.standing(1).answers[where["interaction"]].annotator == name
    assert browser.post("/undo", step=1)[0] == 200
    browser.post("/leave")


def test_the_cookie_is_set_for_all_pages_of_the_host(browser):
    body = b'{"page": "simulated-person", "name": "Ann"}'
    headers = {"Origin": f"http://{browser.address.netloc}", "X_CSRF_Token": browser.csrf}
    _, said, _ = browser.request("POST", "/name", body, Content_Type="application/json", **headers)
    assert said["set-cookie"].startswith(
        f"{COOKIE}=Ann; Path=/; HttpOnly; SameSite=Strict; Max-Age="
    )


def test_a_name_that_cannot_be_seen_is_refused(browser):
    assert browser.post("/name", name="\x00")[0] == 400


def test_a_request_cannot_claim_a_name_beside_its_cookie(served, browser):
    where = {"step": 1, "interaction": 0}
    assert browser.post("/answer", **where, action="refuse", annotator="Eve")[0] == 200
    assert served.journal.standing(1).answers[0].annotator == ""
    assert browser.post("/undo", step=1)[0] == 200
