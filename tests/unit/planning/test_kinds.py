import copy
from pathlib import Path

import pytest
import yaml

from orchestration.planning import datasets
from orchestration.planning.kinds import folder_shown, kind_of
from orchestration.planning.settings import SettingsError, check

CONFIG = yaml.safe_load((Path(__file__).parents[3] / "config.yaml").read_text())


@pytest.fixture
def config(tmp_path, monkeypatch):
    """Settings whose sweep has a data set of embeddings, which are not counted."""
    monkeypatch.setattr(datasets, "pool_size", lambda where, dataset: None)
    (tmp_path / "e.parquet").touch()
    config = copy.deepcopy(CONFIG)
    config["datasets"]["mine"] = {
        "source": "embeddings",
        "path": str(tmp_path / "e.parquet"),
        "model": "embeddings",
        "interactions": 10,
        "training": {"l2": 1},
    }
    sweep = {"datasets": ["mine"], "scenarios": ["cluster"], "seeds": [0], "rounds": 1}
    config |= {"sweep": "own", "sweeps": {"own": sweep}}
    return config


def error(config):
    with pytest.raises(SettingsError) as caught:
        check(config)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_embeddings_need_no_more_than_a_path(config, tmp_path):
    check(config)
    dataset = config["datasets"]["mine"]
    assert kind_of(dataset) == "embedding"
    assert dataset["columns"] is None
    assert folder_shown(dataset) == str(tmp_path)
    assert folder_shown({**dataset, "path": str(tmp_path)}) == str(tmp_path)
    assert folder_shown({**dataset, "files": "pictures"}) == "pictures"
    assert kind_of(config["datasets"]["digits"]) == "image"
    assert folder_shown(config["datasets"]["digits"]) is None


def test_columns_that_are_not_named_have_their_usual_names(config):
    config["datasets"]["mine"]["columns"] = {"vector": "emb", "file": None}
    check(config)
    usual = {"id": "id", "label": "label", "split": "split"}
    assert config["datasets"]["mine"]["columns"] == {**usual, "vector": "emb", "file": None}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"path": None}, "datasets.mine: source embeddings needs `path:`"),
        ({"path": __file__}, "is neither a .parquet nor a .npy file, nor a folder"),
        ({"files": "none"}, "datasets.mine.files: none is no folder"),
        ({"files": "~"}, "a model with `architecture: none`"),
        ({"columns": {"vectors": "x"}}, "unknown key 'vectors'; known are id, vector"),
        ({"columns": {"id": None}}, "datasets.mine.columns.id"),
        ({"side": 8}, "datasets.mine.side: it means nothing for an embedding"),
        ({"background": "black"}, "datasets.mine.background: it means nothing for an embedding"),
        ({"values": [0, 1]}, "datasets.mine.values: it means nothing for an embedding"),
        (
            {"model": "resnet18-head"},
            "models.resnet18-head has `architecture: resnet18`, but an em",
        ),
        ({"training": {"epochs": 1}}, "epochs means nothing for a model with `trainable: head`"),
        ({"source": "folder", "path": "."}, "has `architecture: none`, but an image needs a model"),
        (
            {"source": "digits", "columns": {}},
            "datasets.mine.columns: it means nothing for an image",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(config, changes, words):
    if "files" in changes and changes["files"] == "~":
        changes = {**changes, "model": "convnet"}  # the home folder exists
    config["datasets"]["mine"] |= changes
    assert words in error(config)


@pytest.mark.parametrize("changes", [{"trainable": "all"}, {"weights": "x.pth"}])
def test_a_model_without_an_encoder_has_a_head_alone(config, changes):
    config["models"]["embeddings"] |= changes
    assert "there is a head to train and nothing else" in error(config)


def test_dropout_is_refused(config):
    config["sweeps"]["own"]["scenarios"] = ["bald"]
    assert "bald has dropout" in error(config)
