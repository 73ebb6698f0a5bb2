import copy
import importlib.util
from pathlib import Path

import pytest
import yaml

from orchestration.planning import datasets
from orchestration.planning.kinds import folder_shown, kind_of, may_grow
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


@pytest.fixture
def of_texts(config, tmp_path):
    """Settings whose sweep has a data set of texts."""
    config["datasets"]["mine"] |= {"source": "text", "path": str(tmp_path), "model": "tfidf"}
    return config


def test_texts_need_no_more_than_a_path(of_texts):
    check(of_texts)
    dataset = of_texts["datasets"]["mine"]
    assert kind_of(dataset) == "text"
    assert dataset["columns"] is None
    assert folder_shown(dataset) is None
    assert may_grow(dataset)
    assert not may_grow(of_texts["datasets"]["digits"])


def test_columns_of_texts_are_named_without_those_of_embeddings(of_texts):
    of_texts["datasets"]["mine"]["columns"] = {"text": "sentence", "id": None}
    check(of_texts)
    columns = of_texts["datasets"]["mine"]["columns"]
    assert columns == {"id": None, "text": "sentence", "label": "label", "split": "split"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"path": None}, "datasets.mine: source text needs `path:`"),
        ({"path": __file__}, "is neither a table of texts (.parquet, .csv"),
        ({"files": "."}, "datasets.mine.files: it means nothing for a text"),
        ({"side": 8}, "datasets.mine.side: it means nothing for a text"),
        ({"columns": {"vector": "x"}}, "datasets.mine.columns.vector: it means nothing for a text"),
        ({"model": "resnet18-head"}, "but a text needs a model with `architecture: tfidf` or `sen"),
        ({"model": "embeddings"}, "has `architecture: none`, but a text needs a model"),
        (
            {"source": "digits"},
            "has `architecture: tfidf`, but an image needs a model",
        ),
        ({"source": "embeddings"}, "has `architecture: tfidf`, but an embedding needs a model"),
    ],
)
def test_what_does_not_fit_texts_is_refused_in_one_line(of_texts, changes, words):
    of_texts["datasets"]["mine"] |= changes
    assert words in error(of_texts)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"trainable": "all"}, "models.tfidf: `architecture: tfidf` is not trained, only its head"),
        ({"weights": "x"}, "models.tfidf: `architecture: tfidf` has no weights; take"),
        (
            {"architecture": "sentence-transformers"},
            "models.tfidf.weights: missing",
        ),
        (
            {"architecture": "sentence-transformers", "weights": "./none"},
            "models.tfidf.weights: ./none is no folder",
        ),
    ],
)
def test_an_encoder_of_texts_is_fixed(of_texts, changes, words):
    of_texts["models"]["tfidf"] |= changes
    assert words in error(of_texts)


def test_a_missing_library_is_told_with_the_command_that_installs_it(of_texts, monkeypatch):
    found = importlib.util.find_spec
    missing = "sentence_transformers"
    monkeypatch.setattr(importlib.util, "find_spec", lambda n: None if n == missing else found(n))
    of_texts["datasets"]["mine"]["model"] = "minilm"
    assert "is not installed; run `python -m pip install" in error(of_texts)


def test_dropout_is_refused(config):
    config["sweeps"]["own"]["scenarios"] = ["bald"]
    assert "bald has dropout" in error(config)
