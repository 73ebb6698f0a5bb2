"""A real browser: Debian's chromium, driven by Playwright."""

import shutil
from collections.abc import Iterator

import numpy as np
import pytest

from cbal.labeling.web.names import COOKIE
from tests.served import Served
from tests.unit.tables import features_file

NAMES = ("chromium", "chromium-browser", "google-chrome")
# A question can be answered when its images have been in sight for a moment.
READY = "() => document.body.dataset.view !== 'question' || document.body.dataset.answerable"
CLASSES = ("cat", "dog", "a bird")
# Features of 50 images in two clusters that can be split; those of the second are two places.
PLACES = [0.0] * 12 + [100.0] * 10 + [200.0] * 8 + [0.0] * 15 + [50.0] * 5


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    """The browser; tests are skipped if it is not installed."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no chromium here; as root on Debian tests/browser/install.sh installs it")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Return a function that opens an address in a new browser profile."""
    contexts = []

    def open_page(address, annotator="", **how):
        """Open it as somebody with a name; None is who was not asked for it yet."""
        context = chromium.new_context(**{"viewport": {"width": 1100, "height": 750}, **how})
        contexts.append(context)
        if annotator is not None:
            context.add_cookies([{"name": COOKIE, "value": annotator, "url": address}])
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda line: page.complaints.append(line.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(address)
        page.wait_for_selector("h1")
        page.wait_for_function(READY)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def served(tmp_path):
    """Sixty stored images in clusters of 30, 20 and 10, and a server."""
    served = Served(tmp_path, [f"{i}.png" for i in range(60)])
    for name in CLASSES:
        served.journal.add_class(name)
    served.ask([range(30), range(30, 50), range(50, 60)])
    served.start()
    yield served
    served.close()


@pytest.fixture
def mixed(tmp_path):
    """Clusters that can be split: of 30 images in groups of 12, 10 and 8, and of 20 in two."""
    served = Served(tmp_path, [f"{i}.png" for i in range(60)])
    for name in CLASSES:
        served.journal.add_class(name)
    place = np.array(PLACES + [1.0] * 10) + np.linspace(0, 1, 60) * (np.arange(60) < 30)
    guess = np.array([[0.1, 0.8, 0.1] if i < 12 else [0.1, 0.1, 0.8] for i in range(60)])
    file = features_file(tmp_path / "features", np.arange(60), place[:, None], guess)
    groups = [range(30), range(30, 50), range(50, 60)]
    served.ask(groups, made_from={"features": file, "guesses": file})
    served.start()
    yield served
    served.close()


@pytest.fixture
def page(open_page, served):
    """The page with the first question."""
    page = open_page(served.home.address)
    yield page
    assert not page.complaints  # nor did the content security policy forbid anything


def heading(page, text):
    """Wait for a heading that begins with `text`, and until a question below it can be answered."""
    page.wait_for_function(
        "text => document.querySelector('h1')?.textContent.trim().startsWith(text)", arg=text
    )
    page.wait_for_function(READY)
