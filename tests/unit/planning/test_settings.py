import copy
import json
import math
from pathlib import Path

import pytest
import yaml

from orchestration.planning.provenance import provenance
from orchestration.planning.settings import SettingsError, check
from orchestration.planning.training import trials
from tests.conftest import write_class_folders

CONFIG = yaml.safe_load((Path(__file__).parents[3] / "config.yaml").read_text())


def changed(path, value):
    """Return the repository's settings with one key changed; value None deletes it."""
    config = copy.deepcopy(CONFIG)
    *above, key = path.split("/")
    part = config
    for name in above:
        part = part[name]
    part[key] = value
    return config


def error(path, value):
    with pytest.raises(SettingsError) as caught:
        check(changed(path, value))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_repository_s_settings_are_right_and_get_their_defaults():
    config = copy.deepcopy(CONFIG)
    check(config)
    assert config["datasets"]["cifar10"]["training"]["batch_size"] == 32
    assert config["datasets"]["digits"]["test_fraction"] == 0.2
    assert config["scenarios"]["random"] == {
        "steps": [{"strategy": "random", "share": 1, "settings": {}}],
        "cluster_labels": "reask",
        "ask_clusters": "always",
        "cold_start": "random",
        "dropout": None,
        "members": 1,
        "pseudo_labels": None,
        "label_propagation": None,
        "sieve": None,
        "suspects": False,
        "uncertainty": False,
        "training": {},
        "oracle": config["oracle"],
    }
    assert config["oracle"] == {
        "purity": 0.8,
        "view": None,
        "view_way": "nearest",
        "takes_out": False,
        "split": None,
        "error_rate": 0,
        "confusion": None,
        "abstains": 0,
        "asked_again": "same",
    }


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("sweap", {}, ["top level", "unknown key 'sweap'", "sweeps"]),
        ("datasets/digits/sorce", "x", ["datasets.digits", "unknown key 'sorce'", "source"]),
        ("datasets/digits/interactions", "many", ["datasets.digits.interactions", "integer"]),
        ("datasets/digits/interactions", 0, ["datasets.digits.interactions", "0 is less"]),
        ("datasets/digits/training/learning_rate", "1e-3", ["learning_rate", "write 0.001"]),
        ("datasets/digits/labels", "x.csv", ["`labels:` need a human annotator"]),
        ("datasets/digits/source", "imagenet", ["datasets.digits.source", "'cifar10'"]),
        ("datasets/digits/model", "resnet", ["datasets.digits.model", "'resnet'", "resnet18"]),
        ("scenarios/random/steps", ["guess"], ["scenarios.random.steps", "'guess'", "entropy"]),
        ("scenarios/random/steps", [], ["scenarios.random.steps"]),
        ("datasets/digits/values", [4095, 0], ["datasets.digits.values", "[0, 4095]"]),
        ("datasets/digits/values", [0, float("inf")], ["datasets.digits.values", "not a finite"]),
        ("datasets/digits/values", [0], ["datasets.digits.values", "too short"]),
        ("datasets/digits/background", "mauve", ["datasets.digits.background", "#ff8000"]),
        ("datasets/digits/row_limit", 0, ["datasets.digits.row_limit", "0 is less"]),
        ("scenarios/random/cluster_labels", "drop", ["cluster_labels", "'reask'"]),
        ("scenarios/supervised", {"steps": ["random"]}, ["scenarios.supervised", "taken"]),
        ("scenarios/encoded", {"steps": ["random"]}, ["scenarios.encoded", "taken"]),
        ("scenarios/a b", {"steps": ["random"]}, ["'a b'"]),
        ("sweep", "tiny", ["sweep: unknown 'tiny'", "known are demo, "]),
        ("sweeps/demo/scenarios", ["both"], ["sweeps.demo.scenarios", "'both'"]),
        ("sweeps/demo/datasets", ["mnist"], ["sweeps.demo.datasets", "'mnist'"]),
        ("sweeps/demo/seeds", [0, 0], ["sweeps.demo.seeds"]),
        ("datasets/digits/annotator", "me", ["datasets.digits.annotator", "'human'"]),
        ("datasets/digits/validation", 5, ["datasets.digits", "annotator: human"]),
        ("datasets/digits/classes", ["a"], ["datasets.digits", "annotator: human"]),
        ("datasets/mine/classes", [" a"], ["datasets.mine.classes"]),
        ("datasets/mine/classes", ["a", "a"], ["datasets.mine.classes"]),
        ("datasets/mine/classes", ["yes", False], ["classes.1", "False", 'quote it, as in "yes"']),
        ("datasets/mine/classes", [None], ["datasets.mine.classes.0", "quote it"]),
        ("datasets/mine/classes", [1], ["datasets.mine.classes.0", "quote it"]),
        ("datasets/mine/classes", ["cat", "Cat"], ["datasets.mine.classes", "one folder"]),
        ("datasets/mine/classes", ["a/b", "a:b"], ["datasets.mine.classes", "one folder"]),
        ("datasets/mine/classes", ["h\u00e9", "he\u0301"], ["datasets.mine.classes", "twice"]),
        ("datasets/mine/classes", ["a\u200bb"], ["datasets.mine.classes", "U+200B"]),
        ("datasets/mine/classes", ["x" * 81], ["datasets.mine.classes", "1 to 80 visible"]),
        ("datasets/mine/classes", ["\U0001d4b3" * 80], ["datasets.mine.classes", "320 bytes"]),
        ("datasets/mine/path", "~nobody-here/photos", ["datasets.mine.path", "mend it"]),
        ("labeling/port", 80, ["labeling.port"]),
        ("sweeps/demo/rounds", 0, ["sweeps.demo.rounds"]),
        ("sweeps/demo/calibration", {"grid": {"rate": [1]}}, ["calibration.grid", "'rate'"]),
        ("sweeps/demo/calibration", {"grid": {"flip": [1]}}, ["calibration.grid.flip", "boolean"]),
        ("datasets/digits/published", {"accuracy": 2}, ["datasets.digits.published"]),
        ("sweeps/demo/rounds", 6.5, ["sweeps.demo.rounds", "6.5 is not of type integer"]),
        ("sweeps/demo/rounds", "6", ["'6' is not of type integer", "write it without quotes"]),
        ("sweeps/demo", "{rounds: 6", ["sweeps.demo", "cannot be read as YAML"]),
        ("sweeps/demo/rounds", math.inf, ["sweeps.demo.rounds: inf is not a finite number"]),
        ("datasets/digits/training/learning_rate", math.nan, ["learning_rate: nan is not"]),
        ("datasets/digits/title", "-rf", ["datasets.digits.title: '-rf' begins like an option"]),
        ("datasets/digits/path", "", ["datasets.digits.path"]),
        ("oracle/purity", 1.1, ["oracle.purity"]),
        ("seconds", {"image": -1}, ["seconds.image", "-1 is less"]),
        ("seconds", {"click": 1}, ["seconds", "unknown key 'click'", "per_taken_out"]),
        ("sweeps/demo/budget", "days", ["sweeps.demo.budget", "'hours'"]),
        ("models/convnet/weights", "IMAGENET1K_V1", ["models.convnet.weights", "write none"]),
        ("datasets/digits/interactions", 1439, ["the pool has 1438", "ask for fewer"]),
        ("datasets/digits/subset", 79, ["80 a round, but the pool has 79"]),
        ("datasets/digits/path", "/nowhere", ["datasets.digits.path: /nowhere does not exist"]),
        ("datasets/digits/source", "folder", ["datasets.digits", "needs `path:`"]),
    ],
)
def test_a_mistake_is_one_line_that_says_where_and_what(path, value, words):
    message = error(path, value)
    for word in words:
        assert word in message


def test_a_path_with_the_end_of_a_line_in_it_is_told_in_one_line():
    config = copy.deepcopy(CONFIG)
    config["sweep"], config["datasets"]["mine"]["path"] = "mine", "/no\nwhere"
    with pytest.raises(SettingsError) as error:
        check(config)
    assert str(error.value).startswith("datasets.mine.path: /no\\nwhere does not exist")


def test_equal_numbers_key_runs_and_trials_alike():
    keyed = set()
    for one, half in ((1, 0.5), (1.0, 0.50)):
        config = changed("oracle/purity", one)
        grid = {"learning_rate": [one, half]}
        config["sweeps"]["demo"] |= {"calibration": {"grid": grid}, "rounds": 6 * one}
        config["datasets"]["digits"]["training"]["epochs"] = 12 * one
        check(config)
        made = json.dumps(provenance(config, "digits", "cluster"))
        keyed.add((made, *trials(config["sweeps"]["demo"]["calibration"])))
    assert len(keyed) == 1


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (None, "source folder needs `path:`, a folder of images"),
        ("no/where", "no/where does not exist"),
        ("config.yaml", "config.yaml is a file; name a folder"),
    ],
)
def test_a_person_s_folder(path, words):
    config = changed("datasets/mine/path", path)
    config["sweep"] = "mine"
    with pytest.raises(SettingsError, match=words):
        check(config)


def test_a_person_s_pool_is_everything_but_the_validation():
    config = changed("datasets/digits-by-hand/validation", 1780)
    config["sweep"] = "label-demo"
    with pytest.raises(SettingsError, match="20 a round, but the pool has 17 images"):
        check(config)


@pytest.mark.parametrize("annotator", ["oracle", "human"])
def test_the_budget_is_checked_against_the_images_that_there_are(tmp_path, annotator, monkeypatch):
    monkeypatch.chdir(tmp_path)  # nothing was counted here
    config = changed("datasets/digits/source", "folder")
    folder = write_class_folders(tmp_path / "images", {"a": 20, "b": 20})
    config["datasets"]["digits"] |= {"path": str(folder), "annotator": annotator}
    config["datasets"]["digits"]["interactions"] = 41
    pool = {"oracle": 32, "human": 40}[annotator]
    with pytest.raises(SettingsError, match=f"41 a round, but the pool has {pool} images"):
        check(config)


def test_a_sweep_with_a_person_has_no_baseline():
    config = copy.deepcopy(CONFIG)
    check(config)
    assert not config["sweeps"]["mine"]["supervised"]
    assert config["sweeps"]["demo"]["supervised"]


def test_names_that_torchvision_does_not_know(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # nothing was checked here
    config = changed("sweep", "cifar10-small")
    config["models"]["resnet18-64px"]["weights"] = "IMAGENET9"
    with pytest.raises(SettingsError, match="models.resnet18-64px: weights 'IMAGENET9'.*K_V1"):
        check(config)
    config["models"]["resnet18-64px"]["architecture"] = "resnet99"
    with pytest.raises(SettingsError, match="architecture 'resnet99'"):
        check(config)
    config["models"]["resnet18-64px"] |= {"architecture": "resnet18", "weights": "nowhere.pth"}
    with pytest.raises(SettingsError, match="weights: nowhere.pth does not exist"):
        check(config)


def test_a_setting_of_another_strategy():
    step = {"strategy": "entropy", "settings": {"iterations": 3}}
    assert "unknown 'iterations'; known are none" in error("scenarios/random/steps", [step])
    step = {"strategy": "cluster", "settings": {"iterations": "many"}}
    assert "cluster.iterations: 'many' is not of type int" in error(
        "scenarios/random/steps", [step]
    )


def test_a_step_with_nothing_to_ask():
    assert "leave a step of uncertain+cluster with none" in error("datasets/digits/interactions", 1)


def test_a_home_folder_and_names_in_any_script_are_taken(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    write_class_folders(tmp_path / "photos", {"a": 50, "b": 50})
    config = changed("datasets/mine/path", "~/photos")
    names = [
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\U0001f469\u200d\U0001f467",
        "he\u0301ron",
    ]
    config["datasets"]["mine"] |= {"classes": names, "model": "convnet"}
    config["datasets"]["mine"]["training"] = {"epochs": 1, "learning_rate": 0.1}
    config["sweep"] = "mine"
    check(config)
    assert config["datasets"]["mine"]["path"] == str(tmp_path / "photos")
    assert config["datasets"]["mine"]["classes"] == [*names[:2], "h\u00e9ron"]


HEAD = {"architecture": "convnet", "image_size": 8, "trainable": "head"}


@pytest.mark.parametrize(
    ("model", "training", "grid", "words"),
    [
        ({}, {"epochs": 1, "learning_rate": 0.1, "l2": 3}, None, ["training: l2 means nothing"]),
        (
            {},
            {"epochs": 1, "learning_rate": 0.1},
            {"l2": [1, 3]},
            ["calibration: l2 means nothing"],
        ),
        (HEAD, {"l2": 3, "epochs": 2}, None, ["training: epochs means nothing", "head"]),
        (HEAD, {"batch_size": 16}, None, ["training: batch_size means nothing"]),
        (HEAD, {}, {"epochs": [1, 30]}, ["calibration: epochs means nothing"]),
        ({}, {"epochs": 1}, None, ["training: learning_rate is missing"]),
    ],
)
def test_a_setting_that_the_model_does_not_use_is_told(model, training, grid, words):
    config = changed("datasets/digits/training", training)
    config["models"]["convnet"] |= model
    config["sweeps"]["demo"]["calibration"] = grid and {"grid": grid}
    with pytest.raises(SettingsError) as caught:
        check(config)
    assert all(word in str(caught.value) for word in words)


def test_a_run_is_known_by_what_its_model_uses():
    made = []
    for size in (16, 32):
        config = changed("datasets/digits/training", {"l2": 2})
        config["models"]["convnet"] |= HEAD
        check(config)
        config["datasets"]["digits"]["training"]["batch_size"] = size
        made.append(provenance(config, "digits", "random"))
    assert made[0] == made[1]
    assert made[0]["training"] == {
        "l2": 2,
        "weights": {},
        "label_smoothing": 0,
        "robustness": 0,
    }


@pytest.mark.parametrize(
    ("archive", "words"),
    [("README.md", "is a file"), ("results/kept", "in a folder that jobs write to")],
)
def test_an_archive_is_a_folder_of_its_own(archive, words):
    with pytest.raises(SettingsError, match=words):
        check(changed("sweeps/demo/archive", archive))


def test_two_entries_do_not_share_a_default():
    config = copy.deepcopy(CONFIG)
    check(config)
    first, second = (config["sweeps"][name]["goal"] for name in ("demo", "paper"))
    first["within"] = 0.5
    assert second["within"] == 0.01


@pytest.mark.parametrize(
    ("stop", "rounds", "message"),
    [
        ({"rule": "mood"}, 6, "'mood' is not one of ['kappa', 'gain', 'uncertainty']"),
        ({"rule": "kappa", "at": 2}, 6, "stop.at"),
        ({"rule": "kappa", "over": 0}, 6, "stop.over"),
        ({"rule": "kappa", "often": 1}, 6, "often"),
        ({"at": 0.5}, 6, "rule"),
        ({"rule": "kappa"}, 4, "kappa over 3 needs 4 rounds before it can stop"),
        ({"rule": "gain", "over": 6}, 6, "gain over 6 needs 7 rounds"),
        ({"rule": "uncertainty"}, 1, "uncertainty over 1 needs 1 round before it can stop"),
    ],
)
def test_a_stopping_rule_without_what_it_needs_is_refused(stop, rounds, message):
    demo = CONFIG["sweeps"]["demo"] | {"stop": stop, "rounds": rounds}
    assert message in error("sweeps/demo", demo)


def test_a_person_decides_alone_when_to_stop():
    mine = CONFIG["sweeps"]["label-demo"] | {"stop": {"rule": "uncertainty"}}
    assert "a person labels digits-by-hand" in error("sweeps/label-demo", mine)


def test_a_stopping_rule_is_written_in_full():
    config = changed(
        "sweeps/demo", CONFIG["sweeps"]["demo"] | {"stop": {"rule": "gain"}, "rounds": 6}
    )
    check(config)
    assert config["sweeps"]["demo"]["stop"] == {"rule": "gain", "at": 0.005, "over": 3}
    assert config["sweeps"]["paper"]["stop"] is None
