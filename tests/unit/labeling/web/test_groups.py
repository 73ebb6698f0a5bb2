"""What the page gets of a split cluster."""

import re

import numpy as np
import pytest

from cbal.labeling.desk import View
from cbal.labeling.records import Answer, Part, Question, Standing
from cbal.labeling.steps import FIRST_PART
from cbal.labeling.web.cards import Telling
from cbal.labeling.web.groups import fingerprint, groups_of, ways_of
from tests.people import Browser
from tests.served import Served
from tests.unit.tables import features_file

A, B, C = range(FIRST_PART, FIRST_PART + 3)


def view(standing=None, size=5, can_split=True):
    question = Question(np.arange(size))
    return View("question", {}, None, 0, question, can_split=can_split, split=standing)


def standing(**answered):
    samples = {A: [1, 3], B: [0, 4], C: [2]}
    answers = {0: Answer(None, (), "ann", 0.0)}
    answers |= {{"a": A, "b": B, "c": C}[name]: each for name, each in answered.items()}
    return Standing(answers, parts={n: Part(0, np.array(each)) for n, each in samples.items()})


def tiles(samples, number, n):
    return samples[:n]


def test_groups_by_hand():
    out = Answer(1, (4,), "ann", 0.0)
    found = groups_of(view(standing(b=out)), ["cat", "dog"], tiles)
    names = ("place", "interaction", "size", "answered", "given", "out", "more")
    assert [tuple(group[name] for name in names) for group in found] == [
        (1, A, 2, False, None, [], 0),
        (2, B, 2, True, "dog", [4], 0),
        (3, C, 1, False, None, [], 0),
    ]
    assert groups_of(view(), [], tiles) == []


def test_the_ways_to_split_and_what_a_split_costs():
    whole = ways_of(view(), [])
    assert (whole["numbers"], whole["more"]) == ([2, 3, 4, 5], 2)
    assert ways_of(view(size=99), [])["numbers"] == [2, 3, 4, 5, 6]
    assert ways_of(view(can_split=False), [])["more"] is None
    split = view(standing())
    now = ways_of(split, groups_of(split, [], tiles))
    assert (now["more"], now["cost"], now["left"]) == (4, 4, 3)
    split = view(standing(a=Answer(None, (), "ann", 0.0)))
    now = ways_of(split, groups_of(split, [], tiles))
    assert (now["numbers"], now["more"], now["cost"], now["left"]) == ([], None, 4, 2)


def test_the_whole_cluster_and_each_number_of_groups_have_names_of_their_own():
    names = [fingerprint(np.arange(5), groups) for groups in (0, 2, 3)]
    assert len(set(names)) == 3
    assert fingerprint(np.arange(5), 2) == names[1]


def test_the_words_of_parts_tell_them_from_their_siblings():
    asked = []

    def telling(groups):
        asked.append([group.tolist() for group in groups])
        return [[f"{group[0]}"] for group in groups]

    parts = {A: np.array([1, 3]), B: np.array([0, 4])}
    words = Telling(telling, lambda step: [np.arange(5)], lambda step, part: parts)
    assert [words(1, B), words(1, A), words(1, 0)] == [["0"], ["1"], ["0"]]
    assert asked == [[[0, 1, 2, 3, 4]], [[1, 3], [0, 4]]]  # each once


@pytest.fixture
def served(tmp_path):
    served = Served(tmp_path, [f"{i}.png" for i in range(9)])
    served.journal.add_class("cat")
    served.journal.add_class("dog")
    probability = [[0.9, 0.1] if i < 4 else [0.2, 0.8] for i in range(9)]
    place = [[float(i + 90 * (i > 3))] for i in range(9)]
    file = features_file(tmp_path / "features", range(9), place, probability)
    served.ask([range(6), [6, 7, 8]], made_from={"features": file, "guesses": file})
    served.start()
    yield served
    served.close()


def test_a_split_by_its_address(served):
    browser = Browser(served.home.address)
    browser.open()
    where = {"step": 1, "interaction": 0}
    for wrong in ({"parts": 1}, {"parts": 7}, {"parts": "2"}, {}, {"parts": 2, "seconds": "x"}):
        assert browser.post("/split", **where, **wrong)[0] == 400, wrong
    assert browser.post("/split", step=1, interaction=5, parts=2)[0] == 400
    status, view = browser.post("/split", **where, parts=2, seconds=2)
    assert status == 200
    assert [group["samples"] for group in view["groups"]] == [[1, 2, 0, 3], [4, 5]]
    assert [group["guess"]["name"] for group in view["groups"]] == ["cat", "dog"]
    first = view["groups"][0]["interaction"]
    assert "takes <b>3</b> answers" in view["html"]
    status, view = browser.post("/answer", step=1, interaction=first, action="label", label=0)
    assert [group["answered"] for group in view["groups"]] == [True, False]
    assert re.search(r"Group 1 <small>4 images</small>: <b>cat</b>", view["html"])
    query = f"step=1&interaction={first}&start=2"
    status, _, body = browser.request("GET", f"/tiles?{query}")
    assert re.findall(r'data-sample="(\d+)"', body.decode()) == ["0", "3"]
    status, view = browser.post("/undo", step=1)
    status, view = browser.post("/undo", step=1)
    assert view["groups"] == []
    assert not served.journal.standing(1).answers


def test_what_cannot_be_read_is_told_and_the_page_goes_on(served):
    browser = Browser(served.home.address)
    browser.open()
    (served.folder / "features").unlink()
    status, said = browser.post("/split", step=1, interaction=0, parts=2)
    assert status == 409
    assert re.match(r"this cluster cannot be split: .*features: no such file", said["error"])
    where = {"step": 1, "interaction": 0, "action": "refuse"}
    assert browser.post("/answer", **where)[0] == 200
