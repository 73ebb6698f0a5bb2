"""The page of texts: cards, the words of a cluster, whole texts."""

import re

import pytest

from cbal.labeling.web.cards import marked
from tests.people import Browser
from tests.served import Served
from tests.unit.tables import features_file

EVIL = "<script>alert(1)</script> card"
LONG = "a lost card " * 9000
TEXTS = [EVIL, LONG, "שלום card", "", "change the pin", "pin <b>again</b>"]


@pytest.mark.parametrize(
    ("text", "words", "parts"),
    [
        ("My card, cards", ["card"], [("My ", False), ("card", True), (", cards", False)]),
        ("CARD", ["card"], [("CARD", True)]),
        ("<card>", ["card"], [("<", False), ("card", True), (">", False)]),
        ("card", [], [("card", False)]),
        ("", ["card"], []),
    ],
)
def test_words_are_marked_where_they_are(text, words, parts):
    assert marked(text, words) == parts
    assert "".join(part for part, _ in marked(text, words)) == text


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts")
    served = Served(folder, [f"t.csv/{i}" for i in range(6)], texts=TEXTS)
    served.journal.add_class("lost")
    served.ask([range(4), range(4, 6)])
    served.start()
    yield served
    served.close()


@pytest.fixture
def browser(served):
    browser = Browser(served.home.address)
    browser.open()
    yield browser
    browser.post("/leave")


def test_a_cluster_has_its_words_and_cards_that_are_marked_and_escaped(browser):
    html = browser.post("/next")[1]["html"]
    assert "4 texts that are alike" in html
    assert "Words of this cluster: <bdi><mark>card</mark></bdi></span>" in html
    cards = re.findall(r'<span dir="auto">(.*?)</span>', html, re.S)
    assert cards[0] == "&lt;script&gt;alert(1)&lt;/script&gt; <mark>card</mark>"
    assert cards[2] == "שלום <mark>card</mark>"
    assert cards[3] == "t.csv/3"
    assert html.count('class="whole"') == 1
    assert len(html) < 20_000
    assert "<script" not in html


def test_a_whole_text_is_sent_as_plain_text(browser):
    status, headers, body = browser.request("GET", "/text/1")
    assert (status, body.decode()) == (200, LONG.strip())
    assert headers["content-type"].startswith("text/plain")
    assert headers["x-content-type-options"] == "nosniff"
    assert browser.request("GET", "/text/6")[0] == 404


def test_more_cards_of_a_cluster_are_marked_too(browser):
    view = browser.post("/next")[1]
    query = f"step={view['step']}&interaction={view['interaction']}&start=2"
    html = browser.request("GET", f"/tiles?{query}")[2].decode()
    assert "שלום <mark>card</mark>" in html


def test_a_single_text_has_the_words_that_speak_for_the_guess(served, browser):
    served.hand_on_all()
    hints = {"guess": {"label": 0, "probability": 0.9}, "words": ["card"]}
    served.ask([[0]], kind="individual", round=2, hints=hints)
    html = browser.post("/next")[1]["html"]
    assert "Words that speak for it: <bdi><mark>card</mark></bdi>" in html
    assert "&lt;/script&gt; <mark>card</mark>" in html


def test_the_groups_of_a_mixed_cluster_have_words_and_cards_of_their_own(tmp_path):
    texts = ["lost card", "my card", EVIL, "change the pin", "a new pin"]
    served = Served(tmp_path, [f"t.csv/{i}" for i in range(5)], texts=texts)
    file = features_file(tmp_path / "features", range(5), [[9.0], [9.1], [9.2], [1.0], [1.1]])
    served.ask([range(5)], made_from={"features": file})
    served.start()
    browser = Browser(served.home.address)
    browser.open()
    html = browser.post("/split", step=1, interaction=0, parts=2)[1]["html"]
    served.close()
    first, second = html.split('<section class="part')[1:]
    assert "Words of this cluster: <bdi><mark>card</mark></bdi>" in first
    assert "&lt;script&gt;alert(1)&lt;/script&gt; <mark>card</mark>" in first
    assert "Words of this cluster: <bdi><mark>pin</mark></bdi>" in second
    assert "<script>" not in html
