import importlib.util
import subprocess
from types import SimpleNamespace

import pytest

from orchestration.planning.mistakes import SettingsError
from orchestration.planning.models import check_model, fill_in_sizes

TIMM = {
    "architecture": "timm:test_vit.r160_in1k",
    "weights": "none",
    "preprocessing": None,
    "trainable": "all",
}


@pytest.fixture(autouse=True)
def nothing_was_checked(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def without(monkeypatch, *missing):
    """Make packages look as if they were not installed."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in missing else find(name)
    )


def test_a_size_that_is_not_set_is_224_or_timm_s_own(monkeypatch):
    asked = []

    def run(command, **_):
        asked.append(command)
        return SimpleNamespace(returncode=0, stdout="160\n")

    monkeypatch.setattr(subprocess, "run", run)
    models = {
        "a": {"architecture": "resnet18", "image_size": None},
        "b": {**TIMM, "image_size": None},
        "c": {**TIMM, "image_size": 96},
    }
    fill_in_sizes(models)
    assert [model["image_size"] for model in models.values()] == [224, None, 96]
    for _ in range(2):
        check_model("models.b", models["b"])
        assert models["b"]["image_size"] == 160
        models["b"]["image_size"] = None
    assert len(asked) == 1  # the answer is remembered
    assert "--image-size" not in asked[0]


def test_without_timm_it_says_how_to_install_it(monkeypatch):
    without(monkeypatch, "timm")
    words = "models.b.architecture: timm is not installed; run `.*requirements-timm.txt`"
    with pytest.raises(SettingsError, match=words):
        check_model("models.b", {**TIMM, "image_size": 96})


def test_where_only_jobs_have_the_libraries_a_size_has_to_be_written(monkeypatch):
    without(monkeypatch, "timm", "torchvision")
    check_model("models.b", {**TIMM, "image_size": 96})
    with pytest.raises(SettingsError, match="models.b.image_size: .*write the size"):
        check_model("models.b", {**TIMM, "image_size": None})


def test_convnet_has_no_preprocessing_to_change():
    model = {"architecture": "convnet", "weights": "none", "trainable": "all"}
    model["preprocessing"] = {"crop": 0.5}
    with pytest.raises(SettingsError, match="models.a.preprocessing: convnet has none"):
        check_model("models.a", model)
