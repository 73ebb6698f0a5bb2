import copy

import pytest

from orchestration.planning.final_training import check_final_training
from orchestration.planning.provenance import provenance
from orchestration.planning.settings import SettingsError, check
from tests.unit.planning.test_settings import CONFIG

SGD = {"epochs": 2, "learning_rate": 0.01}


def by_hand(final, **changes):
    """Return the repository's settings with a final training of the digits labeled by hand."""
    config = copy.deepcopy(CONFIG)
    config["sweep"] = "label-demo"
    config["datasets"]["digits-by-hand"] |= {"final_training": final, **changes}
    return config


def test_embeddings_have_no_images_to_train_on():
    dataset = {"source": "embeddings", "annotator": "human", "validation": 5}
    dataset["final_training"] = {"model": "convnet", "training": SGD}
    with pytest.raises(SettingsError, match="own.final_training: it trains a network on images"):
        check_final_training("own", dataset, {})


def test_without_one_nothing_is_trained_after_the_last_round():
    config = by_hand(None)
    check(config)
    assert config["datasets"]["mine"]["final_training"] is None


def test_its_training_gets_the_defaults_of_a_training_and_no_run_depends_on_it():
    config, without = by_hand({"model": "convnet", "training": SGD}), by_hand(None)
    check(config)
    check(without)
    final = config["datasets"]["digits-by-hand"]["final_training"]
    assert final["training"] == config["datasets"]["digits-by-hand"]["training"] | SGD
    run = ("digits-by-hand", "uncertain+cluster")
    assert provenance(config, *run) == provenance(without, *run)


@pytest.mark.parametrize(
    ("final", "changes", "words"),
    [
        ({"model": "convnet"}, {}, ["final_training", "'training' is a required"]),
        ({"model": "resnet", "training": SGD}, {}, ["unknown 'resnet'", "convnet, resnet18"]),
        ({"model": "resnet18-head", "training": SGD}, {}, ["a head alone", "`trainable: all`"]),
        ({"model": "convnet", "training": {"epochs": 2}}, {}, ["learning_rate is missing"]),
        ({"model": "convnet", "training": SGD | {"l2": 3}}, {}, ["l2 means nothing"]),
        ({"model": "convnet", "training": SGD}, {"validation": None}, ["set `validation:`"]),
    ],
)
def test_mistakes_are_one_line(final, changes, words):
    with pytest.raises(SettingsError) as caught:
        check(by_hand(final, **changes))
    for word in ["datasets.digits-by-hand.final_training", *words]:
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_oracle_takes_no_labels_away():
    config = copy.deepcopy(CONFIG)
    config["datasets"]["digits"]["final_training"] = {"model": "convnet", "training": SGD}
    with pytest.raises(SettingsError, match="labels that a person takes away, and the oracle"):
        check(config)


def test_it_may_train_another_model_from_a_module_on(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    part = {"architecture": "convnet", "image_size": 8, "trainable": "6"}
    config = by_hand({"model": "part", "training": SGD})
    config["models"]["part"] = part
    check(copy.deepcopy(config))
    config["datasets"]["digits-by-hand"]["final_training"]["training"] = SGD | {"flip": True}
    with pytest.raises(SettingsError, match="final_training: flip of training: .*computed once"):
        check(copy.deepcopy(config))
    config["datasets"]["digits-by-hand"]["final_training"]["training"] = SGD
    config["models"]["part"] = part | {"trainable": "99"}
    with pytest.raises(SettingsError, match="^models.part: trainable '99'"):
        check(config)
