"""The page in a real browser, with a journal behind it."""

import pytest

from tests.browser.conftest import heading
from tests.people import Browser


def answers(served):
    """Return label and samples taken out, by interaction."""
    standing = served.journal.standing(1)
    return {i: (answer.label, answer.excluded) for i, answer in standing.answers.items()}


def test_one_key_labels_one_refuses_one_undoes(served, page):
    heading(page, "30 images")
    page.keyboard.press("2")
    heading(page, "20 images")
    assert answers(served) == {0: (1, ())}
    page.keyboard.press("-")
    heading(page, "10 images")
    assert answers(served)[1] == (None, ())
    page.keyboard.press("Backspace")
    heading(page, "20 images")
    page.keyboard.press("Backspace")
    heading(page, "30 images")
    assert answers(served) == {}
    page.keyboard.press("1")
    heading(page, "20 images")
    assert answers(served) == {0: (0, ())}
    assert "1 of 3" in page.inner_text("#status")
    assert "30 of 60 images have a label" in page.inner_text("#status")


def test_every_module_of_the_page_is_loaded_once(page):
    """A browser loads a preload that it cannot use twice, and reports it in the console."""
    loaded = page.evaluate(
        """performance.getEntriesByType('resource').filter((it) => it.name.endsWith('.js'))
        .map((it) => new URL(it.name).pathname)"""
    )
    links = page.locator("link[rel=modulepreload]").all()
    assert len(links) > 1
    assert sorted(loaded) == sorted(link.get_attribute("href") for link in links)


def test_skipped_comes_back_at_the_end(page):
    page.keyboard.press(".")
    heading(page, "20 images")
    page.keyboard.press("1")
    heading(page, "10 images")
    page.keyboard.press("1")
    heading(page, "30 images")


def test_images_are_taken_out_by_click_and_by_keys(served, page):
    page.click(".tile[data-sample='7']")
    page.keyboard.press("ArrowRight")  # to number 8
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.click(".tile[data-sample='3']")
    page.click(".tile[data-sample='3']")  # and back
    assert page.inner_text("#taken-out") == "2 taken out; the answer covers the other 28."
    assert page.get_attribute(".tile[data-sample='9']", "aria-pressed") == "true"
    page.keyboard.press("3")
    heading(page, "20 images")
    assert answers(served) == {0: (2, (7, 9))}
    assert page.is_hidden("#taken-out")


def test_a_cluster_is_not_labeled_without_any_image(served, page):
    page.keyboard.press("1")
    heading(page, "20 images")
    page.keyboard.press("1")
    heading(page, "10 images")
    for tile in page.query_selector_all(".tile"):
        tile.click()
    page.keyboard.press("1")
    page.wait_for_selector("#notice:not([hidden])")
    assert 2 not in answers(served)


def test_typing_finds_a_class_and_adds_one(served, page):
    page.keyboard.type("bi")
    shown = page.locator(".class:not([hidden])").all_inner_texts()
    assert [text.replace("\xa0", " ") for text in shown] == ["3 a bird", "Add the class “bi”"]
    page.keyboard.press("Enter")
    heading(page, "20 images")
    assert answers(served) == {0: (2, ())}
    page.keyboard.type("héron 2")
    page.keyboard.press("Enter")  # asks first
    assert served.journal.classes() == ["cat", "dog", "a bird"]
    page.keyboard.press("Enter")
    heading(page, "10 images")
    assert served.journal.classes()[3:] == ["héron 2"]
    assert answers(served)[1] == (3, ())
    assert page.locator(".class", has_text="héron 2").count() == 1


def test_escape_clears_what_was_typed_and_arrows_mark(served, page):
    page.keyboard.type("x")
    page.keyboard.press("Escape")
    assert page.input_value("#find") == ""
    page.keyboard.type("a")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    heading(page, "20 images")
    assert answers(served) == {0: (2, ())}


def test_enter_takes_the_model_s_guess(served, open_page):
    hints = {"guess": {"label": 1, "probability": 0.75}}
    hints["earlier"] = {"label": 2, "of": 10, "count": 9}
    served.hand_on_all()
    served.ask([[1], [2]], kind="individual", round=2, hints=hints)
    page = open_page(served.home.address)
    heading(page, "Which class?")
    assert "guess: dog, 75 %" in page.inner_text(".hints")
    assert "Its cluster's label before: a bird" in page.inner_text(".hints")
    page.wait_for_function("() => document.getElementById('large').naturalWidth === 320")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('figcaption').textContent === '2.png'")
    assert served.journal.standing(2).answers[0].label == 1


def test_two_tabs_get_two_questions_and_nothing_is_answered_twice(served, page):
    tab = page.context.new_page()
    tab.goto(served.home.address)
    heading(tab, "20 images")
    heading(page, "30 images")
    tab.keyboard.press("1")
    heading(tab, "10 images")
    tab.keyboard.press("1")
    heading(tab, "The last questions are open on other pages")
    page.keyboard.press("1")
    heading(page, "All answered")
    heading(tab, "All answered")
    assert len(answers(served)) == 3
    tab.close()


def test_an_answer_that_came_too_late_is_told_and_changes_nothing(served, page):
    heading(page, "30 images")
    served.journal.add(1, 0, "refuse", "somebody else")
    page.keyboard.press("1")
    heading(page, "20 images")
    assert answers(served) == {0: (None, ())}
    for wanted in ("10 images", "All answered"):  # it stays until it is read
        page.keyboard.press("1")
        heading(page, wanted)
    assert "Not taken: this question is answered already" in page.inner_text("#notice")
    page.click("#notice button")
    assert page.is_hidden("#notice")
    page.complaints.clear()  # the browser reports the 409


def test_a_killed_server_loses_nothing(served, page):
    page.keyboard.press("1")
    heading(page, "20 images")
    page.click(".tile[data-sample='33']")
    served.kill()
    page.keyboard.press("2")
    page.wait_for_selector("#trouble:not([hidden])")
    assert "No connection" in page.inner_text("#trouble")
    served.start()
    heading(page, "10 images")
    assert answers(served) == {0: (0, ()), 1: (1, (33,))}
    page.wait_for_selector("#trouble", state="hidden")
    page.complaints.clear()  # the browser reports the lost connection


def test_a_closed_browser_comes_back_at_the_same_question(served, page, open_page):
    page.keyboard.press("1")
    heading(page, "20 images")
    page.close()
    heading(open_page(served.home.address), "20 images")


def test_a_page_loaded_again_keeps_its_question(served, page, open_page):
    other = open_page(served.home.address)
    heading(other, "20 images")
    for shown, question in ((other, "20 images"), (page, "30 images")):
        shown.reload()
        heading(shown, question)
    other.keyboard.press("1")
    heading(other, "10 images")
    assert answers(served) == {1: (0, ())}


def test_the_page_stays_open_through_training_to_the_next_round(served, page):
    for wanted in ("20 images", "10 images", "All answered"):
        page.keyboard.press("1")
        heading(page, wanted)
    page.keyboard.press("Backspace")
    heading(page, "10 images")
    page.keyboard.press("2")
    heading(page, "All answered")
    served.hand_on()
    heading(page, "Training is under way")
    served.ask([range(9)], round=2)
    heading(page, "9 images")
    assert "Round 2 of 3" in page.inner_text("#status")


def test_undo_goes_back_into_the_step_before(served, open_page):
    served.hand_on_all()
    served.ask([[1, 2], [3, 4, 5]], round=2, steps=(1, 2))
    page = open_page(served.home.address)
    heading(page, "2 images")
    for wanted in ("3 images", "All answered"):
        page.keyboard.press("1")
        heading(page, wanted)
    served.hand_on()
    second = served.ask([[7], [8]], kind="individual", round=2, steps=(2, 2))
    heading(page, "Which class?")
    page.keyboard.press("Backspace")
    heading(page, "3 images")
    assert "Round 2 of 3, groups: 1 of 2" in page.inner_text("#status")
    page.keyboard.press("2")
    heading(page, "Which class?")
    assert served.journal.standing(second.id - 1).answers[1].label == 1
    assert "Round 2 of 3, single images: 0 of 2" in page.inner_text("#status")


def test_a_large_cluster_comes_as_it_is_scrolled(open_page, served):
    served.hand_on_all()
    served.ask([[i % 60 for i in range(900)]], round=2)
    page = open_page(served.home.address)
    heading(page, "900 images")
    assert page.locator(".tile").count() < 900
    for _ in range(60):
        page.mouse.wheel(0, 3000)
        page.wait_for_timeout(50)
        if page.locator(".tile").count() == 900:
            break
    assert page.locator(".tile").count() == 900
    assert page.is_hidden("#more")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1100])
def test_it_fits_a_phone_and_can_be_read(open_page, served, scheme, width):
    how = {"viewport": {"width": width, "height": 700}, "color_scheme": scheme}
    page = open_page(served.home.address, **how)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".actions button").last.is_visible()
    for selector in ("h1", ".facts li", ".class", ".actions button", "#help-button"):
        assert contrast(page, selector) >= 4.5, selector


def test_a_screen_reader_has_a_name_for_everything(page):
    unnamed = page.evaluate(
        """[...document.querySelectorAll('button, input, progress, [role]')]
        .filter((it) => !it.closest('dialog'))
        .filter((it) => !(it.getAttribute('aria-label') || it.getAttribute('aria-labelledby')
            || it.textContent.trim() || it.labels?.length || it.hasAttribute('aria-live')))
        .filter((it) => it.getAttribute('role') !== 'alert').map((it) => it.outerHTML)"""
    )
    assert unnamed == []
    assert page.get_attribute("html", "lang") == "en"
    page.keyboard.press("1")
    heading(page, "20 images")
    assert page.inner_text("#spoken").startswith("20 images that look alike")
    page.keyboard.press("?")
    assert page.is_visible("#help")
    page.keyboard.press("Escape")
    assert page.is_hidden("#help")


def test_a_token_opens_the_page_from_elsewhere(served, open_page):
    served.kill()
    address = served.start("--host", "0.0.0.0")
    port = Browser(address).address.port
    page = open_page(f"http://127.0.0.1:{port}/?token={address.partition('token=')[2]}")
    assert page.url == f"http://127.0.0.1:{port}/"
    page.keyboard.press("1")
    heading(page, "20 images")
    assert not page.complaints


def contrast(page, selector):
    """Return the contrast of a text with its background (WCAG 2, relative luminance)."""
    return page.evaluate(
        """(selector) => {
          const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
          const light = (colour) => {
            const [r, g, b] = numbers(colour).map((v) =>
              v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          let behind = document.querySelector(selector);
          const ink = getComputedStyle(behind).color;
          const opaque = (it) => (numbers(getComputedStyle(it).backgroundColor)[3] ?? 1) > 0;
          while (!opaque(behind)) behind = behind.parentElement;
          const both = [light(ink), light(getComputedStyle(behind).backgroundColor)];
          return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
        }""",
        selector,
    )
