"""Several people on the page, and the page behind a proxy, in a real browser."""

import pytest

from tests.browser.conftest import CLASSES, READY, heading
from tests.ports import last_port
from tests.proxy import Proxy, running
from tests.served import Served


def people(served, interaction):
    """Return who gave the first answer, and who gave others."""
    standing = served.journal.standing(1)
    others = standing.others.get(interaction, ())
    return standing.answers[interaction].annotator, [each.annotator for each in others]


def named(page, name):
    """Wait until the page has a name for who labels."""
    page.wait_for_function(
        "name => document.getElementById('name-button').textContent === name", arg=name
    )


def away_from(page, question):
    """Wait until the page shows another question, and until that can be answered."""
    page.wait_for_function("it => document.body.dataset.question !== it", arg=question)
    page.wait_for_function(READY)


def test_the_name_is_asked_once_and_keys_are_no_answers_meanwhile(served, open_page):
    page = open_page(served.home.address, annotator=None)
    assert page.locator("#who").evaluate("it => it.open")
    page.keyboard.type("1 Ann")
    page.keyboard.press("Backspace")
    assert not served.journal.standing(1).answers
    page.keyboard.type("n")
    page.keyboard.press("Enter")
    named(page, "1 Ann")
    page.keyboard.press("1")
    heading(page, "20 images")
    assert people(served, 0) == ("1 Ann", [])
    page.reload()
    heading(page, "20 images")
    assert not page.locator("#who").evaluate("it => it.open")
    page.click("#name-button")
    assert page.input_value("#who-name") == "1 Ann"
    page.keyboard.press("Escape")  # nothing changes
    page.click("#name-button")
    page.fill("#who-name", "Ben")
    page.click("#who button[value=keep]")
    named(page, "Ben")
    page.keyboard.press("2")
    heading(page, "10 images")
    assert people(served, 1) == ("Ben", [])
    assert not page.complaints


@pytest.mark.parametrize("way", ["Escape", "button"])
def test_who_gives_no_name_is_not_asked_again(served, open_page, way):
    page = open_page(served.home.address, annotator=None)
    if way == "Escape":
        page.keyboard.press("Escape")
    else:
        page.click("#who button[value=nameless]")
    page.wait_for_function("() => !document.getElementById('who').open")
    page.wait_for_function(
        "() => !('ask' in document.querySelector('meta[name=annotator]').dataset)"
    )
    page.keyboard.press("1")
    heading(page, "20 images")
    assert people(served, 0) == ("", [])
    page.reload()
    heading(page, "20 images")
    assert not page.locator("#who").evaluate("it => it.open")


def test_a_second_person_is_asked_too_and_the_page_says_how_far_both_agree(served, open_page):
    served.kill()
    served.start("--double", "1")
    ann = open_page(served.home.address, annotator="Ann")
    heading(ann, "30 images")
    ann.keyboard.press("1")
    heading(ann, "20 images")
    ben = open_page(served.home.address, annotator="Ben")
    heading(ben, "30 images")
    assert "Somebody else answers this, too" in ben.inner_text(".hints")
    ben.keyboard.press("2")
    away_from(ben, "1/0")
    assert "Two people gave the same answer to 0 of 1" in ben.inner_text("#status")
    assert people(served, 0) == ("Ann", ["Ben"])
    assert served.journal.standing(1).answers[0].label == 0
    ben.keyboard.press("Backspace")
    heading(ben, "30 images")
    assert people(served, 0) == ("Ann", [])
    ben.keyboard.press("1")
    away_from(ben, "1/0")
    assert "Two people gave the same answer to 1 of 1" in ben.inner_text("#status")
    assert not ann.complaints + ben.complaints


def test_who_is_too_late_is_told_that_the_answer_is_kept(served, open_page):
    page = open_page(served.home.address, annotator="Ann")
    heading(page, "30 images")
    served.journal.add(1, 0, "refuse", "elsewhere", annotator="Ben")
    page.keyboard.press("1")
    heading(page, "20 images")
    assert "Somebody else was faster" in page.inner_text("#notice")
    assert people(served, 0) == ("Ben", ["Ann"])


@pytest.mark.parametrize("path", ["/label", ""])
def test_behind_a_proxy_everything_is_loaded_from_the_public_address(tmp_path, open_page, path):
    served = Served(tmp_path, [f"{i}.png" for i in range(150)])
    for name in CLASSES:
        served.journal.add_class(name)
    served.ask([range(140), range(140, 150)])
    with running(Proxy(0, path, strips=True)) as proxy:
        proxy.target = f"127.0.0.1:{last_port()}"
        # Chromium takes every name below `localhost` for this machine.
        public = f"http://pages.localhost:{proxy.server_port}{path}/"
        served.start("--port", str(last_port()), "--public-url", public)
        try:
            page = open_page(served.home.address, annotator=None)
            assert page.url == public  # without the token
            page.fill("#who-name", "Ann")
            page.keyboard.press("Enter")
            named(page, "Ann")
            page.locator(".tile").nth(100).scroll_into_view_if_needed()
            page.wait_for_function("() => document.querySelectorAll('.tile').length === 140")
            page.locator(".tile").first.focus()
            page.keyboard.down("Space")
            page.wait_for_selector("#closer img[data-size=whole]")
            page.keyboard.up("Space")
            page.keyboard.press("2")
            heading(page, "10 images")
            page.keyboard.press("Backspace")
            heading(page, "140 images")
            page.keyboard.press("1")
            heading(page, "10 images")
            page.reload()
            heading(page, "10 images")
            assert people(served, 0) == ("Ann", [])
            assert all(each.startswith(f"{path}/") for each in proxy.seen)
            cookies = {each["name"]: each["path"] for each in page.context.cookies()}
            assert cookies == {f"cbal-{last_port()}": f"{path}/", "cbal-name": f"{path}/"}
            assert not page.complaints
        finally:
            served.close()
