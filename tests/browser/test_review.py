"""The review in a real browser: labels as a grid, corrected alone or together, and undone."""

import pytest

from cbal.labeling.given import given_to
from cbal.labeling.review.journal import Reviews
from tests.served import Served

CAT, DOG = 0, 1
FILES = [f"{i}.png" for i in range(60)]


@pytest.fixture
def answered(tmp_path):
    """Thirty cats and twenty dogs by clusters, five birds one by one, and a server."""
    served = Served(tmp_path, FILES)
    for name in ("cat", "dog", "bird"):
        served.journal.add_class(name)
    step = served.ask([range(30), range(30, 50), range(50, 60)])
    for interaction in (0, 1):
        served.journal.add(step.id, interaction, "label", "ann", 1, label=interaction)
    served.reviews = Reviews(served.home.journal)
    served.start()
    yield served
    served.reviews.close()
    served.close()


@pytest.fixture
def page(open_page, answered):
    page = open_page(f"{answered.home.address}review")
    page.wait_for_selector("#sheet .tile")
    yield page
    assert not page.complaints


def labels(answered):
    """Return the label of each image, by its number."""
    given, _ = given_to(answered.reviews, "s", 0, FILES)
    return given.label.tolist()


def count(page, what):
    page.wait_for_function("what => document.getElementById('what').textContent === what", arg=what)


def tile(page, sample):
    return page.locator(f'#sheet .tile[data-sample="{sample}"]')


def shelf(page, name):
    return page.locator(".shelf", has_text=name)


def test_labels_are_a_grid_with_their_classes_and_counts(page):
    count(page, "All classes: 50")
    assert "30" in shelf(page, "cat").inner_text()
    assert "0" in shelf(page, "bird").inner_text()
    page.wait_for_function("() => document.querySelectorAll('#sheet .tile img').length > 10")
    shelf(page, "dog").click()
    count(page, "dog: 20")
    page.locator("input[name=kind][value='0']").check()
    count(page, "dog: 0")
    assert page.locator("#empty").is_visible()


def test_one_image_is_relabeled_by_a_click_and_a_key_and_undone(page, answered):
    tile(page, 3).click()
    assert page.locator("#chosen").inner_text() == "1"
    page.keyboard.press("2")
    page.wait_for_function("() => !document.getElementById('undo').disabled")
    assert labels(answered)[3] == DOG
    assert "50 labels, 1 correction in" in page.inner_text("#work")
    shelf(page, "dog").click()
    count(page, "dog: 21")
    page.keyboard.press("Backspace")
    count(page, "dog: 20")
    assert labels(answered)[3] == CAT
    assert page.locator("#notice").is_visible()


def test_many_are_relabeled_at_once_by_a_range(page, answered):
    tile(page, 2).click()
    tile(page, 5).click(modifiers=["Shift"])
    assert page.locator("#chosen").inner_text() == "4"
    page.locator("#to").fill("a heron")
    page.locator("#to").press("Enter")
    assert "Enter again adds" in page.inner_text("#notice")
    page.locator("#to").press("Enter")
    shelf(page, "a heron").wait_for()
    assert labels(answered)[2:7] == [3] * 4 + [CAT]
    assert len(answered.reviews.changes("s", 0)) == 1


def test_a_cluster_s_label_is_taken_back_whole(page, answered):
    tile(page, 1).click()
    button = page.locator("#cluster")
    assert "(30)" in button.inner_text()
    button.click()
    count(page, "All classes: 20")
    assert labels(answered)[:30] == [-1] * 30
    page.locator("#undo").click()
    count(page, "All classes: 50")


def test_one_label_is_taken_back_from_the_keyboard_alone(page, answered):
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("-")
    count(page, "All classes: 49")
    assert labels(answered)[:3] == [CAT, -1, CAT]


def test_classes_are_renamed_merged_and_deleted(page, answered):
    shelf(page, "cat").click()
    page.locator("[data-action=rename]").click()
    page.locator("#asking-name").fill("wild cat")
    page.locator("#asking-name").press("Enter")
    count(page, "wild cat: 30")
    page.locator("[data-action=merge]").click()
    page.locator("#asking-class").select_option("dog")
    assert "30 images" in page.inner_text("#asking-text")
    page.locator("#asking-yes").click()
    count(page, "All classes: 50")
    assert answered.reviews.gone() == {CAT: DOG}
    shelf(page, "dog").click()
    count(page, "dog: 50")
    page.locator("[data-action=delete]").click()
    page.locator("button[value=no]").click()
    assert labels(answered)[0] == DOG
    page.locator("[data-action=delete]").click()
    page.locator("#asking-yes").click()
    count(page, "All classes: 0")
    for _ in range(3):
        page.locator("#undo").click()
        page.wait_for_function("() => !document.body.classList.contains('sending')")
    count(page, "All classes: 50")
    assert answered.reviews.classes() == ["cat", "dog", "bird"]


def test_a_merged_class_is_not_offered_by_questions(page, answered, open_page):
    answered.reviews.change_class("merge", CAT, "bob", into=DOG)
    questions = open_page(answered.home.address)
    names = questions.locator(".class:not(.new)").all_inner_texts()
    assert not any("cat" in name for name in names)
    assert any("dog" in name for name in names)
    questions.keyboard.press("1")  # the first digit is that of a class that is there
    questions.wait_for_function("() => document.body.dataset.view !== 'question'")
    assert labels(answered)[50] == DOG


@pytest.fixture
def many(tmp_path):
    """Three thousand cats by one cluster, and a server."""
    served = Served(tmp_path, [f"{i}.png" for i in range(3000)])
    for name in ("cat", "dog"):
        served.journal.add_class(name)
    step = served.ask([range(3000)])
    served.journal.add(step.id, 0, "label", "ann", 1, label=0)
    served.start()
    yield served
    served.close()


def test_only_tiles_in_view_are_in_the_document(open_page, many):
    page = open_page(f"{many.home.address}review")
    page.wait_for_selector("#sheet[aria-busy=false] .tile")
    assert page.locator("#sheet .tile").count() < 200
    page.keyboard.press("End")
    page.keyboard.press("End")
    page.wait_for_selector('#sheet .tile[data-sample="2999"] img')
    assert page.locator("#sheet .tile").count() < 200
    page.keyboard.press("Home")
    assert page.evaluate("document.activeElement.dataset.sample") == "0"
    page.keyboard.press("Control+a")
    assert page.inner_text("#chosen") == "3,000"
    assert not page.complaints


def test_the_first_labels_are_there_before_all_are(open_page, many):
    page = open_page(f"{many.home.address}review")
    page.wait_for_selector("#sheet[aria-busy=false] .tile img")  # its picture is made by now
    waiting = []
    page.route("**/labels", lambda route: waiting.append(route))
    page.reload()
    page.wait_for_selector('#sheet[aria-busy=true] .tile[data-sample="0"] img[src^="data:"]')
    count(page, "All classes: 3,000")
    tile(page, 0).click()
    page.keyboard.press("Control+a")  # not all are known yet
    assert page.inner_text("#chosen") == "1"
    page.keyboard.press("2")
    page.wait_for_selector("#sheet[aria-busy=false]")  # what a correction brings is all of them
    (route,) = waiting
    late = route.fetch()
    stale = late.json()
    stale["label"] = [0] * 3000  # as if it had been asked before the correction
    with page.expect_response("**/labels"):
        route.fulfill(response=late, json=stale)
    page.wait_for_timeout(300)  # the page would have shown it
    shelf(page, "dog").click()
    count(page, "dog: 1")
    assert not page.complaints


def test_what_another_page_changed_since_is_told_and_not_overwritten(page, answered):
    answered.reviews.change_class("delete", DOG, "bob")
    tile(page, 3).click()
    page.keyboard.press("2")
    page.wait_for_selector("#notice:not([hidden])")
    assert "there is no class 1" in page.inner_text("#notice")
    assert labels(answered)[3] == CAT
    count(page, "All classes: 30")  # the page shows now what there is
    assert any("400" in line for line in page.complaints)
    page.complaints.clear()


@pytest.mark.parametrize(
    "how", [{"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 844}}]
)
def test_it_fits_a_phone_and_the_dark(open_page, answered, how):
    page = open_page(f"{answered.home.address}review", **how)
    page.wait_for_selector("#sheet .tile")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tile(page, 0).click()
    assert page.locator("#choices .class").first.is_visible()


def test_the_seconds_of_a_correction_are_those_since_the_one_before(page, answered):
    page.clock.install()
    page.clock.run_for(1000)
    tile(page, 3).click()
    page.clock.run_for(7000)
    page.keyboard.press("2")
    page.wait_for_function("() => !document.getElementById('undo').disabled")
    page.clock.run_for(3_600_000)  # the page stays open while a model trains
    tile(page, 4).click()
    page.keyboard.press("2")
    page.wait_for_function("() => document.getElementById('work').textContent.includes('2 corr')")
    first, second = (change.seconds for change in answered.reviews.changes("s", 0))
    assert 7 <= first < 600
    assert second <= 31 + first


def test_the_waiting_page_says_how_long_and_leads_to_the_review(open_page, answered):
    page = open_page(answered.home.address)
    answered.hand_on_all()
    page.wait_for_selector("#left")
    assert "not known yet" in page.inner_text("#left")
    page.locator("main .to-review").click()
    page.wait_for_selector("#sheet .tile")
    assert page.inner_text("#back") == "Questions"
    answered.ask([[1], [2]], kind="individual", round=2)
    page.wait_for_function("() => document.getElementById('back').textContent.includes('2 wait')")
    page.locator("#back").click()
    page.wait_for_function("() => document.body.dataset.view === 'question'")


def test_texts_are_reviewed_by_their_words(open_page, tmp_path):
    texts = [f"<b>the</b> text number {i}" for i in range(6)]
    served = Served(tmp_path, [f"row {i}" for i in range(6)], texts=texts)
    served.journal.add_class("cat")
    step = served.ask([range(6)])
    served.journal.add(step.id, 0, "label", "ann", 1, label=0)
    served.start()
    try:
        page = open_page(f"{served.home.address}review")
        page.wait_for_function(
            "() => document.querySelector('#sheet .tile').innerText.includes('text number 0')"
        )
        assert "<b>the</b>" in tile(page, 0).inner_text()
        tile(page, 0).click()
        page.keyboard.press("-")
        count(page, "All classes: 5")
        assert not page.complaints
    finally:
        served.close()
