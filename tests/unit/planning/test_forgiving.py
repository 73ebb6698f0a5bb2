"""Settings for labels of which some are wrong: what is refused, and what a run is known by."""

import copy
from pathlib import Path

import pytest
import yaml

from cbal.storage.archives import difference
from orchestration.planning.provenance import defaults, provenance
from orchestration.planning.settings import SettingsError, check

CONFIG = yaml.safe_load((Path(__file__).parents[3] / "config.yaml").read_text())
HEAD = {"l2": 10}
SGD = {"epochs": 2, "learning_rate": 0.05}


def settings(of_dataset=None, trainable="head", **scenario):
    config = copy.deepcopy(CONFIG)
    config["models"]["convnet"]["trainable"] = trainable
    usual = HEAD if trainable == "head" else SGD
    config["datasets"]["digits"]["training"] = usual | (of_dataset or {})
    config["scenarios"]["mine"] = {"steps": ["cluster"]} | scenario
    config["sweeps"]["demo"]["scenarios"] = ["cluster", "mine"]
    return config


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (settings({"weights": {"clusters": 1}}), ["weights: unknown key 'clusters'", "pseudo"]),
        (settings({"weights": {"cluster": -1}}), ["weights.cluster: -1", "minimum"]),
        (settings({"robustness": 2}), ["robustness: 2", "maximum"]),
        (settings({"label_smoothing": 1}), ["label_smoothing: 1"]),
        (
            settings({"label_smoothing": 0.1, "robustness": 0.7}),
            ["datasets.digits.training", "exclude each other"],
        ),
        (
            settings({"label_smoothing": 0.1}, training={"robustness": 0.7}),
            ["scenarios.mine.training", "exclude each other"],
        ),
        (
            settings(trainable="all", training={"l2": 3}),
            ["scenarios.mine.training: l2 means nothing", "`trainable: all`"],
        ),
        (settings(sieve={}), ["scenarios.mine.sieve", "'keep' is a required property"]),
        (settings(sieve={"keep": "some"}), ["scenarios.mine.sieve.keep: 'some' is not one of"]),
        (settings(sieve={"keep": "nearest", "share": 0}), ["scenarios.mine.sieve.share: 0"]),
        (
            settings(steps=["entropy"], sieve={"keep": "nearest"}),
            ["scenarios.mine.sieve: it is for labels of clusters", "take it out"],
        ),
        (
            settings(steps=[{"strategy": "cluster", "settings": {"space": "labels"}}]),
            ["scenarios.mine.steps.cluster.space: 'labels' is none of", "discriminant"],
        ),
        (settings(label_propagation={"alpha": 1}), ["label_propagation.alpha: 1"]),
        (
            settings(label_propagation={}, pseudo_labels={"threshold": 0.1}),
            ["scenarios.mine: pseudo_labels and label_propagation exclude each other"],
        ),
        (
            settings(trainable="all", label_propagation={}),
            ["scenarios.mine.label_propagation", "fixed features", "`trainable: all`"],
        ),
        (settings(training={"epochs": 3}), ["scenarios.mine.training: unknown key 'epochs'"]),
    ],
)
def test_a_mistake_is_one_line_that_says_where(config, words):
    with pytest.raises(SettingsError) as caught:
        check(config)
    assert all(word in str(caught.value) for word in words), caught.value
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("trainable", ["head", "all"])
def test_a_scenario_changes_the_training_of_its_own_runs_alone(trainable):
    config = settings(trainable=trainable, training={"weights": {"cluster": 0.1}})
    check(config)
    before, after = (provenance(config, "digits", name) for name in ("cluster", "mine"))
    assert before["training"]["weights"] == {}
    assert after["training"] == before["training"] | {"weights": {"cluster": 0.1}}
    assert "training" not in after["scenario"]
    assert provenance(config, "digits", "supervised")["training"] == before["training"]
    assert "weights.cluster was not set, and is 0.1" in difference(before, after, defaults())


def test_runs_from_before_these_settings_are_still_valid():
    config = settings()
    check(config)
    now = provenance(config, "digits", "cluster")
    old = copy.deepcopy(now)
    for key in ("weights", "label_smoothing", "robustness"):
        del old["training"][key]
    for key in ("sieve", "label_propagation"):
        del old["scenario"][key]
    assert difference(old, now, defaults()) is None
