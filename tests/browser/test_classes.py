"""Classes and their keys in a real browser: any number of them, and no key by mistake."""

import pytest

from tests.browser.conftest import READY
from tests.served import Served

NAMES = [*(f"class {i}" for i in range(10)), "ant", "bee", "ape", *(f"more {i}" for i in range(30))]


@pytest.fixture
def many(tmp_path):
    """A data set with more classes than there are digits."""
    served = Served(tmp_path, [f"{i}.png" for i in range(40)])
    for name in NAMES:
        served.journal.add_class(name)
    served.ask([[i] for i in range(20)], kind="individual")
    served.start()
    yield served
    served.close()


@pytest.fixture
def page(open_page, many):
    page = open_page(many.home.address)
    yield page
    assert not page.complaints


def given(served, interaction, step=1):
    """Return the name of the class that a question got."""
    return served.journal.classes()[served.journal.standing(step).answers[interaction].label]


def label(page, *keys):
    """Press keys as soon as they count, and wait for the next image."""
    page.wait_for_function(READY)
    before = page.inner_text("figcaption")
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_function(
        """before => document.querySelector('figcaption').textContent !== before
        && document.body.dataset.answerable""",
        arg=before,
    )


def test_a_class_that_begins_with_a_digit_can_be_typed(many, page):
    page.keyboard.press("/")
    page.keyboard.type("3D print")
    label(page, "Enter", "Enter")
    assert given(many, 0) == "3D print"
    label(page, "3")
    assert given(many, 1) == "class 2"


def test_a_key_right_after_a_key_labels_nothing(many, page):
    """The second key comes in the moment in which the next image is there."""
    page.evaluate(
        """() => new Promise((done) => {
          const press = (key) => document.dispatchEvent(new KeyboardEvent("keydown", { key }));
          const main = document.getElementById("main");
          new MutationObserver((_, observer) => {
            if (main.querySelector("figcaption").textContent !== "1.png") return;
            observer.disconnect();
            press("2");
            press("Enter");
            done();
          }).observe(main, { childList: true });
          press("1");
        })"""
    )
    page.wait_for_function("() => document.body.dataset.answerable")
    assert list(many.journal.standing(1).answers) == [0]
    label(page, "2")
    assert given(many, 1) == "class 1"


def test_letters_find_a_class_unless_they_are_keys(many, page):
    page.keyboard.type("bee")
    label(page, "Enter")
    assert given(many, 0) == "bee"
    page.keyboard.press("?")
    page.check("#letters")
    page.keyboard.press("Escape")
    label(page, "a")
    label(page, "b")
    label(page, "p")  # "ant" has the "a"
    assert [given(many, i) for i in (1, 2, 3)] == ["ant", "bee", "ape"]
    page.keyboard.press("/")
    page.keyboard.type("ant")
    label(page, "Enter")
    assert given(many, 4) == "ant"


def test_a_person_chooses_a_key_and_the_browser_remembers_it(many, page):
    page.keyboard.press("?")
    field = page.locator("#class-keys label", has_text="more 29").locator("input")
    field.fill("q")
    field.press("Tab")
    page.keyboard.press("Escape")
    label(page, "q")
    page.reload()
    page.wait_for_function("() => document.body.dataset.answerable")
    label(page, "Q")
    assert [given(many, i) for i in (0, 1)] == ["more 29", "more 29"]


def test_the_most_used_classes_come_first_if_wanted_and_keep_their_keys(many, page):
    for _ in range(2):
        page.keyboard.type("more 7")
        label(page, "Enter")
    many.hand_on_all()
    many.ask([[30], [31]], kind="individual", round=2)
    page.wait_for_function("() => document.querySelector('figcaption')?.textContent === '30.png'")
    page.keyboard.press("?")
    page.check("#used")
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.querySelector('.class span').textContent === 'more 7'")
    assert page.locator(".class kbd:not([hidden])").first.inner_text() == "1"
    label(page, "1")
    assert given(many, 0, 2) == "class 0"


def test_a_phone_shows_two_lines_of_classes_and_all_on_demand(many, open_page):
    page = open_page(many.home.address, viewport={"width": 360, "height": 700})
    box = page.locator("#classes")
    assert box.bounding_box()["height"] < 100
    page.click("#all-classes")
    assert box.bounding_box()["height"] > 200
    page.fill("#find", "more 2")
    page.locator(".class:not([hidden])", has_text="more 29").click()
    page.wait_for_function("() => document.querySelector('figcaption').textContent === '1.png'")
    assert given(many, 0) == "more 29"
