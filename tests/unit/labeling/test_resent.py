"""Requests that are sent again: the server died between its commit and its reply."""

import http.client

import pytest

from tests.people import Browser
from tests.served import SCRIPTS, Served
from tests.unit.tables import features_file

# A server that dies once, right after a change is on disk.
DEADLY = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {scripts!r})
import serve_labels
from cbal.cli import run
from cbal.labeling.desk import Desk
from cbal.labeling.review.journal import Reviews

def deadly(method):
    def change(*given, **named):
        method(*given, **named)
        flag = Path({flag!r})
        if flag.exists():
            flag.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
    return change

Desk.answer, Desk.undo, Desk.split = map(deadly, (Desk.answer, Desk.undo, Desk.split))
for name in ("correct", "change_class", "take_back"):
    setattr(Reviews, name, deadly(getattr(Reviews, name)))
run(serve_labels.main)
"""
FIRST = {"step": 1, "interaction": 2}
CHANGES = {
    "answer": ("/answer", {**FIRST, "action": "label", "label": 0}),
    "refusal": ("/answer", {**FIRST, "action": "refuse"}),
    "skip": ("/answer", {**FIRST, "action": "skip"}),
    "new class": ("/answer", {**FIRST, "action": "label", "class": "a heron"}),
    "undo": ("/undo", {"step": 1}),
    "split": ("/split", {"step": 2, "interaction": 0, "parts": 3}),
}


@pytest.fixture
def served(tmp_path):
    served = Served(tmp_path, [f"{i}.png" for i in range(6)])
    served.journal.add_class("cat")
    served.ask([[i] for i in range(6)], kind="individual")
    file = features_file(tmp_path / "features", range(6), [[i // 2] for i in range(6)])
    served.ask([range(6)], round=2, made_from={"features": file})
    served.script = tmp_path / "deadly.py"
    flag = str(tmp_path / "flag")
    served.script.write_text(DEADLY.format(scripts=str(SCRIPTS), flag=flag))
    served.start()
    yield served
    served.close()


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_whose_reply_was_lost_is_made_once(served, change):
    browser = Browser(served.home.address)
    browser.open()
    for interaction in (0, 1):
        where = {"step": 1, "interaction": interaction}
        assert browser.post("/answer", **where, action="label", label=0)[0] == 200
    path, said = CHANGES[change]
    said = {**said, "key": "the-same-both-times"}
    (served.folder / "flag").touch()
    with pytest.raises((OSError, http.client.HTTPException)):
        browser.post(path, **said)
    served.kill()
    events = served.journal._rows("SELECT * FROM events")
    assert len(events) == 3
    classes = served.journal.classes()
    served.start()
    for _ in range(2):
        status, view = browser.post(path, **said)
        assert (status, view["view"]) == (200, "question")
    assert served.journal._rows("SELECT * FROM events") == events
    assert served.journal.classes() == classes
    assert ("a heron" in classes) == (change == "new class")
    assert len(served.journal.standing(2).parts) == (3 if change == "split" else 0)


REVIEWED = {
    "relabel": ("/correct", {"action": "relabel", "samples": [0, 1], "label": 1}),
    "take labels back": ("/correct", {"action": "clear", "samples": [0, 1]}),
    "new class": ("/correct", {"action": "relabel", "samples": [0], "class": "a heron"}),
    "rename": ("/reclass", {"action": "rename", "number": 0, "name": "wild cat"}),
    "merge": ("/reclass", {"action": "merge", "number": 1, "into": 0}),
    "delete": ("/reclass", {"action": "delete", "number": 0}),
    "undo": ("/restore", {}),
}


@pytest.mark.parametrize("change", REVIEWED)
def test_a_correction_whose_reply_was_lost_is_made_once(served, change):
    browser = Browser(served.home.address)
    browser.open()
    served.journal.add_class("dog")
    for interaction in (0, 1):
        where = {"step": 1, "interaction": interaction}
        assert browser.post("/answer", **where, action="label", label=0)[0] == 200
    first = {"action": "relabel", "samples": [1], "label": 1}
    assert browser.post("/correct", **first)[0] == 200
    path, said = REVIEWED[change]
    said = {**said, "key": "the-same-both-times"}
    (served.folder / "flag").touch()
    with pytest.raises((OSError, http.client.HTTPException)):
        browser.post(path, **said)
    served.kill()
    events, classes = served.journal.last_event(), served.journal.classes()
    assert events == 4
    served.start()
    answers = [browser.post(path, **said) for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0][0] == 200
    assert served.journal.last_event() == events
    assert served.journal.classes() == classes


@pytest.mark.parametrize("path", ["/answer", "/undo"])
def test_a_change_without_a_key_is_refused(served, path):
    browser = Browser(served.home.address)
    browser.open()
    said = {"step": 1, "interaction": 0, "action": "refuse", "key": None}
    assert browser.post(path, **said)[0] == 400
    assert not served.journal.standing(1).answers


def test_the_server_ends_with_a_line_when_its_journal_is_gone(served):
    browser = Browser(served.home.address)
    browser.open()
    served.home.journal.unlink()
    try:
        status, said = browser.post("/answer", **FIRST, action="refuse")
        assert status == 500
        assert "moved, deleted or replaced" in said["error"]
    except OSError:  # it ended before
        pass
    output = served._server.communicate(timeout=30)[1]
    assert served._server.returncode == 1
    assert output.startswith("error: ")
    assert "no more answers are taken" in output
    assert len(output.splitlines()) == 1
    assert not served.home.journal.exists()
