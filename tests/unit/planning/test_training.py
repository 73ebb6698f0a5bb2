"""Models that are trained from a named module on: what is refused before any job."""

import copy
from pathlib import Path

import pytest
import yaml

from orchestration.planning.provenance import provenance
from orchestration.planning.settings import SettingsError, check

CONFIG = yaml.safe_load((Path(__file__).parents[3] / "config.yaml").read_text())
SGD = {"epochs": 2, "learning_rate": 0.05}


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """Run where nothing was checked yet."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def torchvision_is_not_here(monkeypatch):
    """Where only jobs have it, nothing asks it."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)


def settings(trainable="6", training=SGD, grid=None):
    config = copy.deepcopy(CONFIG)
    config["models"]["convnet"]["trainable"] = trainable
    config["datasets"]["digits"]["training"] = training
    config["sweeps"]["demo"]["calibration"] = grid and {"grid": grid}
    return config


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"training": SGD | {"l2": 3}}, ["training: l2 means nothing", "`trainable: 6`"]),
        ({"grid": {"l2": [1, 3]}}, ["calibration: l2 means nothing"]),
        ({"training": {"epochs": 2}}, ["training: learning_rate is missing"]),
        (
            {"training": SGD | {"flip": True}},
            ["flip of training", "computed once"],
        ),
        ({"grid": {"flip": [False, True]}}, ["flip of calibration", "take it out"]),
        ({"trainable": 6}, ["models.convnet.trainable", "6 is not of type string"]),
        ({"trainable": "a b"}, ["models.convnet.trainable", "'a b'"]),
    ],
)
@pytest.mark.usefixtures("torchvision_is_not_here")
def test_a_setting_that_means_nothing_is_told(changes, words):
    with pytest.raises(SettingsError) as caught:
        check(settings(**changes))
    assert all(word in str(caught.value) for word in words)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("torchvision_is_not_here")
def test_dropout_ensembles_and_pseudo_labels_are_taken():
    config = settings(grid={"learning_rate": [0.1], "flip": [False]})
    config["sweeps"]["demo"]["scenarios"] = ["bald", "bald-ensemble", "ceal"]
    check(config)
    made = provenance(config, "digits", "bald")
    assert made["model"]["trainable"] == "6"
    assert "l2" not in made["training"]


def test_a_name_that_the_model_lacks_is_told_with_those_it_has():
    with pytest.raises(SettingsError, match=r"^models.convnet: trainable '99': .* as 3, 6, 9$"):
        check(settings("99"))
    check(settings("6"))
    (checked,) = Path(".snakemake/checked-models").iterdir()
    assert int(checked.read_text()) == 2 * 64 * 2 * 2
    checked.write_text(str(10**18))  # what was checked once is not asked again
    with pytest.raises(SettingsError, match=r"^datasets.digits: the activations .* take [\d,]+ MB"):
        check(settings("6"))


def test_the_name_of_its_folder_is_taken():
    config = settings("all")
    config["scenarios"]["encoded"] = {"steps": ["random"]}
    with pytest.raises(SettingsError, match="scenarios.encoded: the name is taken"):
        check(config)
