import json

import pytest

from cbal.storage.archives import difference, disagreement, run_file, settings_file

MADE = {"training": {"epochs": 8, "flip": False}, "scenario": {"steps": ["a", "b"]}, "rounds": 3}


def test_equal_settings_do_not_differ():
    assert difference(MADE, json.loads(json.dumps(MADE)), {}) is None


def test_equal_numbers_do_not_differ():
    made = {"oracle": {"purity": 1.0}, "scenario": {"shares": [2.0, 1]}}
    assert difference(made, {"oracle": {"purity": 1}, "scenario": {"shares": [2, 1.0]}}, {}) is None


@pytest.mark.parametrize(
    ("ours", "words"),
    [
        ({**MADE, "rounds": 4}, "rounds was 3, and is 4 now"),
        ({**MADE, "training": {"epochs": 9, "flip": False}}, "training.epochs was 8, and is 9 now"),
        ({**MADE, "training": {"epochs": 8}}, "training.flip was False, and is not set now"),
        ({**MADE, "oracle": {"purity": 0.8}}, "oracle.purity was not set, and is 0.8 now"),
        ({**MADE, "scenario": {"steps": ["a"]}}, "scenario.steps was ['a', 'b'], and is ['a'] now"),
    ],
)
def test_the_setting_that_differs_is_named(ours, words):
    assert difference(MADE, ours, {}) == words


def test_a_setting_that_did_not_exist_had_its_default():
    defaults = {"scenario": {"members": 1, "dropout": None}}
    now = {**MADE, "scenario": {**MADE["scenario"], "members": 1, "dropout": None}}
    assert difference(MADE, now, defaults) is None
    assert difference(now, MADE, defaults) is None
    now["scenario"]["members"] = 5
    assert difference(MADE, now, defaults) == "scenario.members was 1, and is 5 now"


def test_an_archive_disagrees_by_its_settings_file(tmp_path):
    assert disagreement(tmp_path, "d", "s", MADE, {}) is None  # it has nothing
    file = settings_file(tmp_path, "d", "s")
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(MADE))
    assert disagreement(tmp_path, "d", "s", MADE, {}) is None
    said = disagreement(tmp_path, "d", "s", {**MADE, "rounds": 9}, {})
    assert said == f"{file}: rounds was 3, and is 9 now"
    file.write_text("{")
    assert disagreement(tmp_path, "d", "s", MADE, {}) == f"{file}: is not JSON"
    assert run_file(tmp_path, "d", "s", 2).parent == file.parent
