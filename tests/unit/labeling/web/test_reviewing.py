"""The review's addresses: what they answer, take and refuse."""

import json
import re

import pytest

from cbal.labeling.given import given_to
from cbal.labeling.review.journal import Reviews
from cbal.labeling.web.names import COOKIE, as_value
from tests.people import CSRF, Browser
from tests.served import Served

CAT, DOG = 0, 1
FILES = [f"{i}.png" for i in range(12)]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Five cats and three dogs by clusters, and a server."""
    served = Served(tmp_path_factory.mktemp("review"), FILES)
    for name in ("cat", "dog"):
        served.journal.add_class(name)
    step = served.ask([range(5), range(5, 8), range(8, 12)], round=2)
    for interaction in (0, 1):
        served.journal.add(step.id, interaction, "label", "ann", 1, label=interaction)
    served.reviews = Reviews(served.home.journal)
    served.start()
    yield served
    served.reviews.close()
    served.close()


@pytest.fixture
def browser(served):
    browser = Browser(served.home.address)
    status, headers, body = browser.request("GET", "/review")
    assert status == 200
    browser.cookie = headers["set-cookie"].partition(";")[0]
    browser.csrf = CSRF.search(body.decode())[1]
    yield browser
    while browser.post("/labels")[1]["undo"]:  # as it was
        assert browser.post("/restore")[0] == 200


def labels(served):
    return given_to(served.reviews, "s", 0, FILES)[0].label.tolist()


def test_the_labels_come_as_columns_with_classes_and_counts(browser):
    status, said = browser.post("/labels")
    assert status == 200
    assert said["run"] == ["s", 0]
    assert said["classes"] == [[0, "cat", 5], [1, "dog", 3]]
    assert said["sample"] == list(range(8))
    assert said["label"] == [CAT] * 5 + [DOG] * 3
    assert set(said["kind"]) == {1}
    assert set(said["doubt"]) == {-1}  # there is no model
    assert len(set(said["cluster"])) == 2
    assert said["undo"] == ""


def test_a_correction_is_answered_with_the_labels_as_they_are_now(browser, served):
    said = {"run": ["s", 0], "samples": [2], "action": "relabel", "label": DOG, "seconds": 2}
    status, now = browser.post("/correct", **said)
    assert status == 200
    assert now["label"][now["sample"].index(2)] == DOG
    assert now["work"] == {"interactions": 1, "images": 1, "seconds": 2}
    assert now["undo"] == "1 image labeled “dog”"
    assert labels(served)[2] == DOG
    (change,) = [change for change in served.reviews.changes("s", 0) if change.stands]
    assert change.more == {"round": 2}


def test_a_whole_cluster_is_taken_back_by_its_answer(browser, served):
    event = browser.post("/labels")[1]["cluster"][-1]
    status, now = browser.post("/correct", action="clear", cluster=event)
    assert status == 200
    assert now["sample"] == list(range(5))
    assert now["undo"] == "the labels of 3 images taken back"
    assert labels(served)[5:8] == [-1] * 3


def test_a_class_is_renamed_and_the_name_of_its_labels_with_it(browser):
    status, now = browser.post("/reclass", action="rename", number=CAT, name="wild cat")
    assert status == 200
    assert now["classes"][0] == [0, "wild cat", 5]
    status, now = browser.post("/reclass", action="merge", number=CAT, into=DOG)
    assert now["classes"] == [[1, "dog", 8]]


def test_a_repeated_request_changes_nothing_more(browser, served):
    said = {"samples": [2], "action": "relabel", "label": DOG, "key": "the-same-both-times"}
    first = browser.post("/correct", **said)
    assert first[0] == 200
    assert browser.post("/correct", **said) == first


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/correct", {"samples": [12], "action": "relabel", "label": 0}),
        ("/correct", {"samples": [-1], "action": "relabel", "label": 0}),
        ("/correct", {"samples": "all", "action": "relabel", "label": 0}),
        ("/correct", {"samples": [1], "action": "relabel"}),
        ("/correct", {"samples": [1], "action": "clear", "label": 0}),
        ("/correct", {"samples": [1], "action": "relabel", "label": 9}),
        ("/correct", {"samples": [1], "action": "forget"}),
        ("/correct", {"samples": [], "action": "clear"}),
        ("/correct", {"samples": [1], "action": "clear", "cluster": 999}),
        ("/correct", {"samples": [1], "action": "clear", "seconds": "long"}),
        ("/correct", {"samples": [1], "action": "clear", "key": None}),
        ("/correct", {"samples": [1], "action": "clear", "run": ["other", 0]}),
        ("/correct", {"samples": [1], "action": "clear", "run": ["/s", 0]}),
        ("/reclass", {"number": 0, "action": "rename", "name": "dog"}),
        ("/reclass", {"number": 0, "action": "merge"}),
        ("/reclass", {"number": "0", "action": "delete"}),
        ("/labels", {"run": "s"}),
        ("/shown", {"samples": [99]}),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(browser, served, path, said):
    before = labels(served)
    status, answer = browser.post(path, **said)
    assert status == 400
    assert answer["error"]
    assert labels(served) == before


def test_undo_where_there_is_nothing_is_refused(browser):
    status, answer = browser.post("/restore")
    assert status == 409
    assert "no change of yours" in answer["error"]


def test_names_and_words_of_what_is_in_view(browser):
    assert browser.post("/shown", samples=[3, 1])[1] == {
        "shown": [["3.png", None], ["1.png", None]]
    }


def test_the_page_needs_a_session_and_its_requests_the_session_s_token(served):
    stranger = Browser(served.home.address)
    status, _, body = stranger.request(
        "POST", "/correct", json.dumps({}).encode(), Content_Type="application/json"
    )
    assert status == 403
    browser = Browser(served.home.address)
    browser.open()
    browser.csrf = "0" * 64
    origin = f"http://{browser.address.netloc}"
    how = {"Origin": origin, "X_CSRF_Token": browser.csrf, "Content_Type": "application/json"}
    assert browser.request("POST", "/correct", b"{}", **how)[0] == 403


def test_a_correction_has_the_name_of_who_made_it(browser, served):
    browser.cookie += f"; {COOKIE}={as_value('Ada')}"
    assert browser.post("/correct", samples=[0], action="relabel", label=DOG)[0] == 200
    given, _ = given_to(served.reviews, "s", 0, FILES)
    assert given.annotators()[:2] == ["Ada", None]


def test_the_page_comes_with_its_first_labels(browser):
    def first():
        html = browser.request("GET", "/review")[2].decode()
        return json.loads(re.search("name=\"first\" content='(.*?)'>", html)[1])

    labels = browser.post("/labels")[1]
    assert first()["labels"] == labels
    assert labels["total"] == 8
    assert [name for name, _, _ in first()["told"]] == [FILES[it] for it in labels["sample"]]
