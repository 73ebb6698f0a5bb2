"""Looking at images in a real browser: their size, the large picture, order, and taking out."""

import numpy as np
import pytest
from PIL import Image

from tests.browser.conftest import heading
from tests.served import Served

BOX = "document.getElementById('closer')"
OPEN = f"{BOX}.matches(':popover-open')"
SHOWN = f"() => {OPEN} && {BOX}.querySelector('img').dataset.size"


@pytest.fixture
def photos(tmp_path):
    """A photo of 2,400 x 1,800 pixels, a long scan and small ones, in a cluster and one by one."""
    rng = np.random.default_rng(0)
    sizes = [(2400, 1800), (300, 6000)] + [(90, 60)] * 48
    (tmp_path / "photos").mkdir()
    for i, size in enumerate(sizes):
        picture = Image.fromarray(rng.integers(0, 256, (3, 3, 3), np.uint8)).resize(size)
        picture.save(tmp_path / "photos" / f"{i}.jpg")
    served = Served(tmp_path, [f"{i}.jpg" for i in range(len(sizes))], tmp_path / "photos")
    for name in ("cat", "dog"):
        served.journal.add_class(name)
    served.ask([range(26), range(50)])
    served.start()
    yield served
    served.close()


@pytest.fixture
def page(open_page, photos):
    page = open_page(photos.home.address)
    yield page
    assert not page.complaints


def side(page):
    return page.evaluate("document.querySelector('#grid .tile').clientWidth")


def last_is_in_sight(page):
    return page.evaluate(
        """[...document.querySelectorAll('.tile')].at(-1).getBoundingClientRect().bottom
        <= document.getElementById('answers').getBoundingClientRect().top"""
    )


def out(page):
    """Return the samples that are taken out."""
    return page.evaluate(
        """[...document.querySelectorAll('.tile[aria-pressed="true"]')]
        .map((tile) => Number(tile.dataset.sample)).sort((a, b) => a - b)"""
    )


def tile(page, sample):
    return page.locator(f".tile[data-sample='{sample}']")


def test_few_tiles_fill_the_window_and_grow_with_it(page):
    small = side(page)
    assert last_is_in_sight(page)
    page.set_viewport_size({"width": 1800, "height": 1100})
    page.wait_for_function(
        "small => document.querySelector('#grid .tile').clientWidth > 1.4 * small", arg=small
    )
    assert last_is_in_sight(page)


def test_the_size_is_chosen_by_keys_and_by_the_slider_and_remembered(page):
    filling = side(page)
    page.keyboard.press("+")
    assert side(page) > filling
    page.keyboard.press("_")
    page.keyboard.press("_")
    assert side(page) < filling
    page.locator("#size").fill("200")
    chosen = side(page)
    assert chosen == pytest.approx(200, rel=0.2)
    page.reload()
    heading(page, "26 images")
    assert side(page) == chosen
    page.click("[data-action=fill]")
    assert side(page) == filling


def test_large_tiles_get_sharper_pictures(page):
    page.locator("#size").fill("400")
    page.wait_for_function(
        "() => document.querySelector('.tile[data-sample=\"0\"] img').naturalWidth === 400"
    )


def test_holding_space_shows_the_original_s_resolution_and_takes_nothing_out(page):
    page.keyboard.press("ArrowRight")
    page.keyboard.down("Space")
    page.wait_for_function(f"() => {BOX}.querySelector('img').naturalWidth === 2000")
    page.keyboard.up("Space")
    assert not page.evaluate(OPEN)
    assert out(page) == []
    page.keyboard.press("Space")
    assert out(page) == [0]


def test_a_resting_mouse_shows_a_picture_beside_its_tile(page):
    box = tile(page, 0).bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.move(box["x"] + 25, box["y"] + 25)
    page.wait_for_function(SHOWN)
    large = page.locator("#closer").bounding_box()
    assert large["x"] > box["x"] + box["width"]
    page.mouse.click(box["x"] + 25, box["y"] + 25)
    assert not page.evaluate(OPEN)
    assert out(page) == [0]


def test_a_long_picture_can_be_panned(page):
    tile(page, 1).focus()
    page.keyboard.down("Space")
    page.wait_for_function(f"() => {OPEN} && {BOX}.querySelector('img').naturalHeight === 6000")
    page.wait_for_function(f"() => {BOX}.scrollHeight > 4 * {BOX}.clientHeight")
    before = page.evaluate(f"{BOX}.scrollTop")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(f"{BOX}.scrollTop") > before
    page.keyboard.up("Space")


def test_the_single_image_can_be_enlarged(photos, open_page):
    photos.hand_on_all()
    photos.ask([[0], [2]], kind="individual", round=2)
    page = open_page(photos.home.address)
    heading(page, "Which class?")
    page.click("#picture")
    page.wait_for_function(SHOWN)
    page.keyboard.press("Escape")
    assert not page.evaluate(OPEN)
    page.keyboard.press("Space")  # with the focus on the picture, too
    assert page.evaluate(OPEN)
    page.keyboard.press("2")
    page.wait_for_function("() => document.querySelector('figcaption').textContent === '2.jpg'")
    assert not page.evaluate(OPEN)


def test_the_least_typical_images_are_in_sight_beside_a_large_cluster(photos, page):
    assert page.locator("#strip").count() == 0  # all 26 are in sight
    page.keyboard.press("1")
    heading(page, "50 images")
    strip = page.locator("#strip .tile")
    shown = [int(each.get_attribute("data-sample")) for each in strip.all()]
    assert shown == list(range(49, 39, -1))
    assert all(
        each.bounding_box()["y"] + each.bounding_box()["height"] <= 750 for each in strip.all()
    )
    strip.nth(1).click()
    page.keyboard.press("1")
    heading(page, "All answered")
    assert photos.journal.standing(1).answers[1].excluded == (48,)


def test_the_order_is_turned_here_and_in_the_next_question(page):
    page.keyboard.press("*")
    page.wait_for_function("() => document.querySelector('.tile').dataset.sample === '25'")
    page.keyboard.press("1")
    heading(page, "50 images")
    assert page.locator("#grid .tile").first.get_attribute("data-sample") == "49"
    assert page.locator("#strip .tile").first.get_attribute("data-sample") == "0"
    page.reload()
    heading(page, "50 images")
    assert page.locator("#grid .tile").first.get_attribute("data-sample") == "49"
    page.click("[data-action=turn]")
    page.wait_for_function("() => document.querySelector('#grid .tile').dataset.sample === '0'")


def test_a_hint_says_that_a_click_takes_out_until_one_has_done_it(page):
    assert page.is_visible("#hint")
    tile(page, 3).click()
    assert page.is_hidden("#hint")
    page.keyboard.press("1")
    heading(page, "50 images")
    assert page.is_hidden("#hint")


def test_shift_takes_out_all_from_the_last_one_to_this(page):
    tile(page, 3).click()
    tile(page, 7).click(modifiers=["Shift"])
    assert out(page) == [3, 4, 5, 6, 7]
    tile(page, 5).click()
    tile(page, 6).click(modifiers=["Shift"])
    assert out(page) == [3, 4, 7]


def test_dragging_takes_out_a_range_and_gives_back_what_it_leaves(page):
    def middle(sample):
        box = tile(page, sample).bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    tile(page, 20).click()
    page.mouse.move(*middle(2))
    page.mouse.down()
    for sample in (3, 4, 5, 4):
        page.mouse.move(*middle(sample))
    page.mouse.up()
    assert out(page) == [2, 3, 4, 20]
    assert page.inner_text("#taken-out") == "4 taken out; the answer covers the other 22."


def test_the_number_of_those_taken_out_leads_to_them(page):
    for sample in (2, 9):
        tile(page, sample).click()
    for wanted in ("2", "9", "2"):
        page.click("#taken-out button")
        page.wait_for_function(
            "wanted => document.activeElement.dataset.sample === wanted", arg=wanted
        )


def test_what_is_taken_out_survives_a_refresh_a_restart_and_an_undo(photos, page):
    for sample in (2, 9):
        tile(page, sample).click()
    page.reload()
    heading(page, "26 images")
    assert out(page) == [2, 9]
    photos.kill()
    photos.start()
    page.reload()
    heading(page, "26 images")
    assert page.inner_text("#taken-out") == "2 taken out; the answer covers the other 24."
    page.keyboard.press("1")
    heading(page, "50 images")
    assert photos.journal.standing(1).answers[0].excluded == (2, 9)
    assert out(page) == []
    page.keyboard.press("Backspace")
    heading(page, "26 images")
    assert out(page) == [2, 9]
    assert "taken back" in page.inner_text("#notice")
    page.complaints.clear()  # the browser reports the lost connection
