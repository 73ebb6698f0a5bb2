"""A mixed cluster is split into groups in a real browser."""

import numpy as np
import pytest

from cbal.labeling.records import Question
from tests.browser.conftest import READY, heading


@pytest.fixture
def served(mixed):
    return mixed


@pytest.fixture
def page(open_page, served):
    page = open_page(served.home.address)
    yield page
    assert not page.complaints


def groups(page):
    """Return the text of each group's heading."""
    return [" ".join(text.split()) for text in page.locator(".part h2").all_inner_texts()]


def press(page, key):
    page.wait_for_function(READY)
    page.keyboard.press(key)


def in_groups(page, number):
    page.wait_for_function(
        "number => document.querySelectorAll('.part').length === number", arg=number
    )
    page.wait_for_function(READY)


def current(page):
    return page.locator(".part.current h2").inner_text().split("\n")[0].strip()


def answers(served, interaction=0):
    """Return label and samples taken out of each part of a cluster."""
    standing = served.journal.standing(1)
    found = [standing.answers.get(number) for number in standing.parts_of(interaction)]
    return [each and (each.label, each.excluded) for each in found]


def test_a_cluster_is_split_and_each_group_labeled_by_one_key(served, page):
    assert "Split in 2 groups 3 answers" in " ".join(page.inner_text(".actions").split())
    press(page, ",")
    in_groups(page, 2)
    press(page, ",")
    in_groups(page, 3)
    assert page.inner_text("h1") == "30 images in 3 groups"
    assert groups(page) == ["Group 1 12 images", "Group 2 10 images", "Group 3 8 images"]
    assert "takes 4 answers" in page.inner_text("#cost")
    assert current(page).startswith("Group 1")
    press(page, "Enter")  # the guess of the group, not of the cluster
    page.wait_for_selector("text=Group 1 12 images: dog")
    assert current(page).startswith("Group 2")
    press(page, "-")
    page.wait_for_selector("text=Group 2 10 images: Mixed")
    assert "1 is left" in page.inner_text("#cost")
    press(page, "1")
    heading(page, "20 images")
    assert answers(served) == [(1, ()), (None, ()), (0, ())]
    assert "The split cluster took 4 answers." in page.inner_text("#notice")
    assert "1 split cluster takes 4 answers" in page.inner_text("#status")
    assert "4 of 6" in page.inner_text("#status")
    assert "20 of 60 images have a label" in page.inner_text("#status")


def test_undo_goes_back_from_group_to_group_and_to_the_whole_cluster(served, page):
    press(page, ",")
    in_groups(page, 2)
    for _ in range(2):
        press(page, "1")
        page.wait_for_function("() => document.querySelector('.part.done, .images')")
    heading(page, "20 images")
    for expected in ([(0, ()), None], [None, None]):
        press(page, "Backspace")
        heading(page, "30 images in 2 groups")
        page.wait_for_function(
            "n => document.querySelectorAll('.part.done').length === n",
            arg=sum(each is not None for each in expected),
        )
        assert answers(served) == expected
    press(page, "Backspace")
    heading(page, "30 images that look alike")
    assert served.journal.standing(1).answers == {}


def test_the_number_of_groups_by_button_and_key_until_one_has_an_answer(served, page):
    press(page, ",")
    in_groups(page, 2)
    page.click(".way[data-parts='6']")
    in_groups(page, 6)
    press(page, ";")
    in_groups(page, 5)
    assert page.get_attribute(".way[data-parts='5']", "aria-pressed") == "true"
    press(page, "1")
    page.wait_for_selector(".part.done")
    assert page.locator(".way").count() == 0
    assert page.locator("[data-action='split']").count() == 0
    for key in (",", ";"):
        press(page, key)
        page.wait_for_selector("#notice:not([hidden])")
        page.click("#notice button")
    assert len(answers(served)) == 5


def test_images_are_taken_out_of_the_group_that_they_are_in(served, page):
    press(page, ",")
    in_groups(page, 2)
    first, second = (page.locator(f".part:nth-of-type({n}) .tile").all() for n in (1, 2))
    out = [int(tile.get_attribute("data-sample")) for tile in (first[2], second[1])]
    first[2].click()
    assert current(page).startswith("Group 1")
    second[1].click()
    assert current(page).startswith("Group 2")
    note = f"1 taken out; the answer covers the other {len(second) - 1}."
    assert page.inner_text("#taken-out") == note
    press(page, "2")
    page.wait_for_selector(".part:nth-of-type(2).done")
    assert answers(served) == [None, (1, (out[1],))]
    assert current(page).startswith("Group 1")
    page.reload()
    in_groups(page, 2)
    assert page.locator(".tile[aria-pressed='true']").count() == 2
    press(page, "1")
    heading(page, "20 images")
    assert answers(served) == [(0, (out[0],)), (1, (out[1],))]


def test_a_group_is_chosen_by_mouse_and_by_keys_alone(served, page):
    press(page, ",")
    in_groups(page, 2)
    page.locator(".part-name").nth(1).focus()
    page.keyboard.press("Enter")
    assert current(page).startswith("Group 2")
    page.keyboard.press("3")
    page.wait_for_selector(".part:nth-of-type(2).done")
    assert answers(served) == [None, (2, ())]


def test_fewer_groups_than_asked_for_are_told(served, page):
    press(page, "1")
    heading(page, "20 images")
    press(page, ",")
    in_groups(page, 2)
    press(page, ",")
    page.wait_for_selector("#notice:not([hidden])")
    assert "no more than 2 groups apart" in page.inner_text("#notice")
    assert [len(answers(served, 1)), groups(page)] == [
        2,
        ["Group 1 15 images", "Group 2 5 images"],
    ]


def test_a_half_answered_split_outlives_the_server_and_the_browser(served, page, open_page):
    press(page, ",")
    in_groups(page, 2)
    press(page, "1")
    page.wait_for_selector(".part.done")
    shown = groups(page)
    page.wait_for_function(READY)
    served.kill()
    page.keyboard.press("2")
    page.wait_for_selector("#trouble:not([hidden])")
    served.start()
    heading(page, "20 images")
    assert answers(served) == [(0, ()), (1, ())]
    press(page, "Backspace")
    heading(page, "30 images in 2 groups")
    page.complaints.clear()  # the browser reports the lost connection
    page.close()
    again = open_page(served.home.address)
    heading(again, "30 images in 2 groups")
    assert groups(again) == shown


def test_a_large_group_shows_the_rest_when_asked(served, open_page):
    served.hand_on_all()
    file = served.folder / "features"
    large = [i % 60 for i in range(300)]
    step = served.ask([large], round=2, made_from={"features": file})
    page = open_page(served.home.address)
    heading(page, "300 images")
    parts = [large[:200], large[200:]]
    served.journal.split(step.id, 0, [Question(np.array(part)) for part in parts], "ann")
    page.reload()
    in_groups(page, 2)
    group = page.locator(".part").first
    assert group.locator(".tile").count() == 60
    group.locator(".part-more").click()
    page.wait_for_function(
        "() => document.querySelectorAll('.part:first-child .tile').length === 200"
    )
    assert group.locator(".part-more").is_hidden()
    assert not page.complaints


@pytest.mark.parametrize("width", [360, 1100])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(open_page, served, scheme, width):
    page = open_page(
        served.home.address, viewport={"width": width, "height": 700}, color_scheme=scheme
    )
    page.click("[data-action='split']")
    in_groups(page, 2)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".actions button").last.is_visible()
    assert not page.complaints
