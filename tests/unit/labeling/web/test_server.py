"""Responses of the page's server, by address."""

import base64
import io
import itertools
import re
from urllib.parse import urljoin

import pytest
from PIL import Image

from cbal.labeling.web import pages, taste
from tests.people import Browser

STATIC = pages.HERE / "static"


def test_pictures_are_kept_for_ever(served, browser):
    version = re.search('name="pictures" content="(.+?)"', browser.open())[1]
    for size, kind, width in (("small", "webp", 160), ("large", "jpeg", 320)):
        path = f"/image/{version}/{size}/3"
        status, headers, body = browser.request("GET", path)
        assert (status, headers["content-type"]) == (200, f"image/{kind}")
        assert Image.open(io.BytesIO(body)).width == width
        assert headers["cache-control"] == "private, max-age=31536000, immutable"
        again = browser.request("GET", path, If_None_Match=headers["etag"])
        assert (again[0], again[2]) == (304, b"")
        assert (served.home.thumbnails / version / size / "0" / f"3.{kind}").read_bytes() == body


def test_many_pictures_come_in_one_answer(browser):
    version = re.search('name="pictures" content="(.+?)"', browser.open())[1]
    status, headers, body = browser.request("GET", f"/images/{version}?samples=3,999,1")
    assert status == 200
    assert "immutable" in headers["cache-control"]
    for sample in (3, None, 1):
        length = int.from_bytes(body[:4], "big")
        one = browser.request("GET", f"/image/{version}/small/{sample}")[2] if sample else b""
        assert body[4 : 4 + length] == one
        body = body[4 + length :]
    assert not body
    _, _, body = browser.request("GET", f"/images/{version}?size=medium&samples=3")
    assert Image.open(io.BytesIO(body[4:])).width == 320
    assert browser.request("GET", f"/images/{version}?size=large&samples=3")[0] == 404
    too_many = ",".join(["1"] * 121)
    assert browser.request("GET", f"/images/{version}?samples={too_many}")[0] == 404


def test_script_and_style_are_kept_for_ever_under_their_version(browser):
    page = browser.open()
    for name in re.findall(r'"(/static/[^"]+)"', page):
        status, headers, body = browser.request("GET", name)
        assert (status, len(body) > 100) == (200, True)
        assert "immutable" in headers["cache-control"]
        assert browser.request("GET", name, If_None_Match=headers["etag"])[0] == 304
    assert not re.search(r"https?://", page)


def test_all_styles_come_as_one_file_with_the_narrow_windows_last(browser):
    path = re.search(r'"(/static/[^"]+[.]css)"', browser.open())[1]
    style = browser.request("GET", path)[2].decode()
    files = {file.name: file.read_text() for file in (STATIC / "styles").iterdir()}
    assert all(text in style for text in files.values())
    assert style.endswith(files["narrow.css"])


def test_the_page_preloads_every_module_that_is_imported_and_no_other(browser):
    page = browser.open()
    start = re.search('<script src="(.+?)" type="module">', page)[1]
    found, left = set(), [start]
    while left:
        name = left.pop()
        found.add(name)
        body = browser.request("GET", name)[2].decode()
        imported = {urljoin(name, each) for each in re.findall(r'(?:from|import) "(\./.+?)"', body)}
        left += imported - found
    assert len(found) > 1
    assert {name.rpartition("/")[0] for name in found} == {start.rpartition("/")[0]}
    assert sorted(re.findall('<link rel="modulepreload" href="(.+?)">', page)) == sorted(found)


@pytest.mark.parametrize("module", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_a_module_of_the_page_is_short_and_says_first_what_it_owns(module):
    lines = module.read_text().splitlines()
    head = " ".join(itertools.takewhile(lambda line: line.startswith("//"), lines))
    assert re.search(r"\b[Oo]wns\b", head)
    assert len(lines) < 250


def test_the_page_comes_with_its_question_and_pictures(served, browser):
    first = browser.first
    assert (first["view"], first["step"], first["interaction"]) == ("question", 1, 0)
    assert browser.post("/beat", step=1, interaction=0) == (200, {"yours": True})
    browser.post("/leave")
    version = re.search('name="pictures" content="(.+?)"', browser.open())[1]
    address = f"/image/{version}/small/{{}}"
    small = [browser.request("GET", address.format(sample))[2] for sample in range(10)]
    browser.post("/leave")
    page = browser.open()
    shown = re.findall(r'<img alt="" draggable="false" src="data:image/webp;base64,(.+?)">', page)
    assert [base64.b64decode(picture) for picture in shown] == small


def test_a_page_that_is_loaded_again_asks_for_its_question_itself(served, browser):
    again = Browser(served.home.address)
    assert "<h1" not in again.open()
    assert again.first == {}


def test_a_goodbye_that_comes_late_is_of_its_own_load(browser, served):
    assert browser.post("/next", load=1)[1]["interaction"] == 0
    assert browser.post("/next", load=2)[1]["interaction"] == 0
    assert browser.post("/leave", load=1) == (200, {})
    other = Browser(served.home.address)
    other.open()
    assert other.post("/next")[1]["interaction"] == 1
    assert browser.post("/leave", load=2) == (200, {})
    assert browser.post("/leave", load="two")[0] == 400
    assert other.post("/beat", step=1, interaction=0, load=1) == (200, {"yours": True})


def test_a_question_and_more_of_its_images(browser):
    view = browser.post("/next")[1]
    assert (view["view"], view["interaction"], view["size"]) == ("question", 0, 10)
    assert re.findall(r'data-sample="(\d+)"', view["html"]) == [str(i) for i in range(10)]
    assert view["ahead"] == [10, 11]
    status, _, body = browser.request("GET", "/tiles?step=1&interaction=0&start=7")
    assert re.findall(r'data-sample="(\d+)"', body.decode()) == ["7", "8", "9"]
    assert b"Image 8 of 10" in body


def test_the_order_is_turned_for_who_asks_for_it(browser):
    view = browser.post("/next", turned=True)[1]
    shown = re.findall(r'data-sample="(\d+)" data-number="(\d+)"', view["html"])
    assert shown == [(str(9 - i), str(i + 1)) for i in range(10)]
    assert view["ahead"] == [11, 10]
    body = browser.request("GET", "/tiles?step=1&interaction=0&start=7&turned=1")[2].decode()
    assert re.findall(r'data-sample="(\d+)"', body) == ["2", "1", "0"]


def test_a_large_cluster_has_its_other_end_in_a_strip():
    few, many = list(range(40)), list(range(41))
    assert taste.arranged(few, False, True) == (few, [])
    assert taste.arranged(many, False, True) == (many[:31], many[:30:-1])
    assert taste.arranged(many, True, True) == (many[:9:-1], many[:10])
    assert taste.arranged(many, True, False) == (many[::-1], [])


def test_the_most_used_classes_come_first_and_keep_their_keys():
    classes = ["a", "b", "c"]
    assert taste.by_use(classes, {}) == [(0, "a", "1"), (1, "b", "2"), (2, "c", "3")]
    assert taste.by_use(classes, {}, {0: None}) == [(1, "b", "1"), (2, "c", "2")]
    assert taste.by_use(classes, {2: 5, 1: 5}) == [(1, "b", "2"), (2, "c", "3"), (0, "a", "1")]


def test_an_answer_brings_the_next_question_and_undo_the_last(browser):
    where = {"step": 1, "interaction": 0}
    status, view = browser.post("/answer", **where, action="label", label=1, excluded=[2])
    assert (status, view["interaction"]) == (200, 1)
    assert "<b>9</b> of 12 images have a label" in view["status"]
    assert browser.post("/beat", **where) == (200, {"yours": False})
    assert browser.post("/answer", **where, action="refuse")[0] == 409
    status, view = browser.post("/undo", step=1)
    assert (status, view["interaction"]) == (200, 0)
    assert browser.post("/beat", **where) == (200, {"yours": True})
    assert browser.post("/undo", step=1)[0] == 409
    assert browser.post("/leave") == (200, {})


def test_a_session_outlives_the_server(served, browser):
    served.kill()
    served.start()
    assert browser.post("/next")[0] == 200
