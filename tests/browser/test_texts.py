"""The page of texts in a real browser."""

import pytest

from tests.browser.conftest import heading
from tests.browser.test_page import answers, contrast
from tests.served import Served

EVIL = "<img src=x onerror='window.ran = 1'><script>window.ran = 1</script> lost card"
LONG = "lost card 😀 " * 8000 + "<b>the end</b>"
HEBREW = "שלום עולם, lost card"
TEXTS = [EVIL, LONG, HEBREW, "lost card " * 40, "lost card", "change pin", "pin"]


@pytest.fixture
def served(tmp_path):
    """Seven texts in two clusters, and a server."""
    served = Served(tmp_path, [f"t.csv/{i}" for i in range(7)], texts=TEXTS)
    for name in ("card", "pin"):
        served.journal.add_class(name)
    served.ask([range(5), range(5, 7)])
    served.start()
    yield served
    served.close()


def cards(page):
    return page.locator(".tile span").all_inner_texts()


def test_nothing_in_a_text_runs(page):
    heading(page, "5 texts that are alike")
    assert cards(page)[0] == EVIL
    page.locator(".whole").first.click()
    page.wait_for_selector("#whole[open]")
    assert page.inner_text("#whole .passage") == LONG
    assert page.evaluate("window.ran") is None
    assert page.locator("#whole b, .tile img, .tile script").count() == 0


def test_the_words_of_a_cluster_are_on_top_and_marked(page):
    heading(page, "5 texts")
    assert page.inner_text(".telling") == "Words of this cluster: card, lost"
    marked = page.locator(".tile").nth(4).locator("mark").all_inner_texts()
    assert marked == ["lost", "card"]
    assert "Words of this cluster" in page.inner_text("#spoken")


def test_scripts_from_right_to_left_are_shown_so(page):
    sides = page.locator(".tile span").evaluate_all(
        "all => all.map(it => getComputedStyle(it).direction)"
    )
    assert sides == ["ltr", "ltr", "rtl", "ltr", "ltr"]


def test_keys_take_cards_out_and_open_a_text(served, page):
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")  # to the button of the card
    page.keyboard.press("Enter")
    page.wait_for_selector("#whole[open]")
    page.keyboard.press("1")  # is no answer here
    page.keyboard.press("Escape")
    page.wait_for_selector("#whole:not([open])", state="attached")
    assert answers(served) == {}
    page.keyboard.press("1")
    heading(page, "2 texts")
    assert answers(served) == {0: (0, (1,))}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1100])
def test_cards_fit_a_phone_and_can_be_read(open_page, served, scheme, width):
    how = {"viewport": {"width": width, "height": 700}, "color_scheme": scheme}
    page = open_page(served.home.address, **how)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for selector in ("h1", ".telling", ".tile span", ".tile mark", ".whole"):
        assert contrast(page, selector) >= 4.5, selector
