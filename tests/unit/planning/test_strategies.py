import copy
from dataclasses import fields

import pytest
import yaml

from cbal.strategies.base import Candidates
from cbal.strategies.registry import STRATEGIES
from orchestration.planning.schema import SCHEMA
from orchestration.planning.settings import SettingsError, check
from orchestration.planning.strategies import strategies_of
from tests.unit.planning.test_settings import CONFIG

SOURCE = """
def select(candidates, n, rng, threads, **settings):
    raise SystemExit("only read, never run")

class Other:
    def hidden(self): ...
"""


def settings(own=None, name="mine", **scenario):
    """Return the repository's settings with one more strategy and scenario."""
    config = copy.deepcopy(CONFIG)
    if own is not None:
        config["strategies"] = {name: own}
    config["scenarios"]["mine"] = {"steps": ["random"], **scenario}
    return config


def error(*arguments, **scenario):
    with pytest.raises(SettingsError) as caught:
        check(settings(*arguments, **scenario))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(SOURCE)
    return path


def test_the_schema_names_the_fields_of_candidates():
    own = yaml.safe_load(SCHEMA.read_text())["properties"]["strategies"]["additionalProperties"]
    # `labels` come with `labeled_features`.
    known = {field.name for field in fields(Candidates)} - {"sample_id", "labels"}
    assert set(own["properties"]["needs"]["items"]["enum"]) == known


def test_a_strategy_of_the_user_is_added_to_those_of_the_registry(file):
    types = {"steps": "integer", "rate": "number", "how": ["fast", 3]}
    own = {"function": f"{file}:select", "needs": ["features"], "settings": types}
    step = {"strategy": "mine", "settings": {"steps": 3, "rate": 1, "how": "fast"}}
    config = settings(own, steps=[step])
    check(config)
    strategies = strategies_of(config)
    assert strategies["mine"] == (
        f"{file}:select",
        ("features",),
        "individual",
        {"steps": int, "rate": float, "how": ("fast", 3)},
        {},
    )
    assert list(strategies) == [*STRATEGIES, "mine"]
    for key, value in {"steps": 0.5, "rate": "high", "how": "slow", "other": 1}.items():
        step = {"strategy": "mine", "settings": {key: value}}
        assert f"mine{'.' * (key != 'other')}" in error(own, steps=[step])


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({}, ["strategies.mine", "'function' is a required property"]),
        ({"function": "own.py"}, ["strategies.mine.function", "path/to/file.py:select"]),
        ({"function": "nowhere.py:select"}, ["nowhere.py cannot be read", "mend the path"]),
        ({"function": "FILE:hidden"}, ["own.py defines no function 'hidden'"]),
        ({"function": "FILE:select", "needs": ["labels"]}, ["strategies.mine.needs", "'labels'"]),
        ({"function": "FILE:select", "needs": ["labeled_features"]}, ["need features too"]),
        ({"function": "FILE:select", "kind": "pair"}, ["strategies.mine.kind", "'pair'"]),
        ({"function": "FILE:select", "settings": {"k": "int"}}, ["mine.settings.k", "or boolean"]),
        ({"function": "FILE:select", "needz": []}, ["unknown key 'needz'"]),
    ],
)
def test_a_mistake_is_one_line(file, own, words):
    own = {key: str(file) + value[4:] if "FILE" in value else value for key, value in own.items()}
    message = error(own)
    for word in words:
        assert word in message


def test_a_file_that_is_not_python(file):
    file.write_text("def select(:")
    assert "own.py is not Python" in error({"function": f"{file}:select"})


@pytest.mark.parametrize("name", ["entropy", "two words", "with-hyphen"])
def test_a_name_that_cannot_be_taken(file, name):
    message = error({"function": f"{file}:select"}, name)
    assert message.startswith("strategies")
    assert name in message


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ({"dropout": {}, "members": 3}, ["exclude each other"]),
        ({"dropout": {"rate": 1}}, ["scenarios.mine.dropout.rate"]),
        ({"dropout": {"passes": 1}}, ["scenarios.mine.dropout.passes"]),
        ({"dropout": 0.5}, ["scenarios.mine.dropout", "object or null"]),
        ({"members": 0}, ["scenarios.mine.members"]),
        ({"pseudo_labels": {"decay": 0}}, ["scenarios.mine.pseudo_labels", "'threshold'"]),
        ({"pseudo_labels": {"threshold": 0}}, ["pseudo_labels.threshold"]),
        ({"cold_start": "cluster"}, ["scenarios.mine.cold_start", "'centroid'"]),
    ],
)
def test_mistakes_in_a_scenario(scenario, words):
    message = error(**scenario)
    for word in words:
        assert word in message


def test_what_only_several_passes_tell_needs_several_passes(file):
    own = {"function": f"{file}:select", "needs": ["probabilities", "mean_std"]}
    assert "mine needs several passes of a model" in error(own, steps=["mine"])
    for passes in ({"dropout": {}}, {"members": 2}):
        config = settings(own, steps=["mine"], **passes)
        check(config)
    assert config["scenarios"]["mine"]["dropout"] is None
    config = settings(dropout={"passes": 9})
    check(config)
    assert config["scenarios"]["mine"]["dropout"] == {"passes": 9, "rate": 0.5}
