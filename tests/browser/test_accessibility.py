"""What axe-core finds on the page: in clusters and single images, light, dark, narrow, enlarged."""

import pytest

from tests.browser.conftest import READY, heading

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
SERIOUS = ("serious", "critical")
WINDOWS = {"desk": (1100, 750, 1), "phone": (360, 700, 1), "enlarged": (550, 375, 2)}


def findings(page):
    """Return the serious findings, with the elements they are about."""
    found = axe.Axe().run(page).response["violations"]
    return [
        (each["id"], [node["html"] for node in each["nodes"]])
        for each in found
        if each["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("window", WINDOWS)
def test_no_serious_finding_on_the_way_through_the_page(open_page, served, window, scheme):
    width, height, scale = WINDOWS[window]
    page = open_page(
        served.home.address,
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        color_scheme=scheme,
        reduced_motion="reduce",
        bypass_csp=True,  # axe makes functions from text
    )
    found = {"cluster": findings(page)}
    page.locator(".tile").first.click()
    page.keyboard.press("?") if window == "desk" else page.evaluate(
        "document.getElementById('help').showModal()"
    )
    found["keys"] = findings(page)
    page.keyboard.press("Escape")
    page.click("#name-button")
    found["name"] = findings(page)
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    heading(page, "20 images")
    page.keyboard.press("Backspace")
    heading(page, "30 images")
    found["undone, one taken out"] = findings(page)
    served.hand_on_all()
    heading(page, "Training is under way")
    found["waiting"] = findings(page)
    hints = {"guess": {"label": 1, "probability": 0.75}}
    served.ask([[1], [2]], kind="individual", round=2, hints=hints)
    heading(page, "Which class?")
    found["single"] = findings(page)
    assert found == dict.fromkeys(found, [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("window", ["desk", "phone"])
def test_no_serious_finding_in_the_review(open_page, served, window, scheme):
    served.journal.add(1, 0, "label", "ann", 1, label=0)
    width, height, scale = WINDOWS[window]
    page = open_page(
        f"{served.home.address}review",
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        color_scheme=scheme,
        bypass_csp=True,
    )
    page.wait_for_selector("#sheet .tile img")
    found = {"grid": findings(page)}
    page.locator("#sheet .tile").first.click()
    found["chosen"] = findings(page)
    page.locator(".shelf", has_text="cat").click()
    page.locator("[data-action=merge]").click()
    found["asked"] = findings(page)
    assert found == dict.fromkeys(found, [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("window", WINDOWS)
def test_no_serious_finding_in_a_split_cluster(open_page, mixed, window, scheme):
    width, height, scale = WINDOWS[window]
    page = open_page(
        mixed.home.address,
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        color_scheme=scheme,
        bypass_csp=True,
    )
    found = {}
    ways = {"two groups": (",", ".part:nth-of-type(2)"), "three": (",", ".part:nth-of-type(3)")}
    for name, (key, wanted) in (ways | {"one answered": ("1", ".part.done")}).items():
        page.wait_for_function(READY)
        page.keyboard.press(key)
        page.wait_for_selector(wanted)
        page.wait_for_selector("body:not(.sending)")
        found[name] = findings(page)
    assert found == dict.fromkeys(found, [])


def test_nothing_moves_for_who_wants_no_motion(open_page, served):
    page = open_page(served.home.address, reduced_motion="reduce")
    served.hand_on_all()
    heading(page, "Training is under way")
    assert page.evaluate("document.getAnimations().length") == 0
    assert not page.complaints
