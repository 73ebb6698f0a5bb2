"""A data set that is being labeled, with a real server."""

import pytest
from PIL import Image

from tests.people import Browser
from tests.served import Served

EVIL = '<img src=x onerror="alert(1)">'


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    """The time of claims, which stands still until a test moves it."""
    return Clock()


@pytest.fixture
def waiting():
    """Numbers of the steps for whose answers a job waits."""
    return set()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Twelve files, one with HTML in its name, in clusters of ten and two."""
    folder = tmp_path_factory.mktemp("served")
    files = [f"sub/{i}.png" for i in range(10)] + [f"{EVIL}.png".replace("/", "_"), "b.png"]
    (folder / "images" / "sub").mkdir(parents=True)
    for i, name in enumerate(files):
        Image.new("RGB", (300, 200), (20 * i, 80, 120)).save(folder / "images" / name)
    served = Served(folder, files, folder / "images")
    served.journal.add_class(EVIL)
    served.journal.add_class("cat")
    served.ask([range(10), [10, 11]], hints={"guess": {"label": 0, "probability": 0.5}})
    served.start()
    yield served
    served.close()


@pytest.fixture
def browser(served):
    browser = Browser(served.home.address)
    browser.open()
    yield browser
    browser.post("/leave")
