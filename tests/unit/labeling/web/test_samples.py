"""The page of samples that are no images: pictures, texts and ids."""

import re

import pytest
from PIL import Image

from tests.people import Browser
from tests.served import Served

EVIL = "<script>alert(1)</script> & more"
LONG = "first line\n" + "word " * 1000
FILES = ["red.png", "evil.txt", "long.txt", None, "gone.txt", "red.png"]


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """A cluster of all samples, then single ones."""
    folder = tmp_path_factory.mktemp("samples")
    Image.new("RGB", (30, 20), "red").save(folder / "red.png")
    (folder / "evil.txt").write_text(EVIL)
    (folder / "long.txt").write_text(LONG)
    served = Served(folder, [f"<id {i}>" for i in range(6)], folder, FILES)
    served.journal.add_class("cat")
    served.ask([range(6)])
    served.start()
    yield served
    served.close()


@pytest.fixture
def browser(samples):
    browser = Browser(samples.home.address)
    browser.open()
    yield browser
    browser.post("/leave")


def test_a_cluster_has_pictures_and_beginnings_of_texts(browser):
    html = browser.post("/next")[1]["html"]
    assert "6 samples that are alike" in html
    assert 'class="grid of-words"' in html
    tiles = re.findall(r"<button.*?class=\"tile.*?</button>", html, re.S)
    assert len(tiles) == 6
    words = [re.search(r'<span dir="auto">(.*?)</span>', tile, re.S) for tile in tiles]
    assert [bool(word) for word in words] == [False, True, True, True, True, False]
    assert words[1][1] == "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more"
    assert words[2][1] == LONG[:240].rstrip() or words[2][1] == LONG[:240]
    assert [words[i][1] for i in (3, 4)] == ["&lt;id 3&gt;", "&lt;id 4&gt;"]
    assert "<script>" not in html


def test_a_picture_is_sent_where_there_is_one(browser):
    version = re.search('name="pictures" content="(.+?)"', browser.open())[1]
    for size in ("small", "large"):
        assert browser.request("GET", f"/image/{version}/{size}/0")[0] == 200
        assert browser.request("GET", f"/image/{version}/{size}/1")[0] == 404
    body = browser.request("GET", f"/images/{version}?samples=1,0")[2]
    assert body[:4] == bytes(4)
    assert int.from_bytes(body[4:8], "big") == len(body) - 8 > 0


def test_a_single_text_is_shown_whole_on_demand(samples, browser):
    view = browser.post("/next")[1]
    where = {"step": view["step"], "interaction": view["interaction"]}
    samples.ask([[2], [1], [3], [0]], kind="individual", round=2)
    view = browser.post("/answer", **where, action="refuse", seconds=1)[1]
    html = {}
    while view["view"] == "question":
        where = {"step": view["step"], "interaction": view["interaction"]}
        sample = samples.journal.question(**where).samples[0]
        html[int(sample)] = view["html"]
        assert view["ahead"] in ([], [0])
        view = browser.post("/answer", **where, action="refuse", seconds=1)[1]
    assert LONG[:2000] in html[2]
    assert "<summary>The whole text</summary>" in html[2]
    assert LONG.strip() in html[2]
    assert "&lt;script&gt;alert(1)" in html[1]
    assert "<details>" not in html[1]
    assert "&lt;id 3&gt;</div>" in html[3]
    assert 'src="/image/' in html[0]
    assert "samples" in view["status"]
