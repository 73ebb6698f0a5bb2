"""Models of timm by the command lines, from a local cache of the hub to features."""

import huggingface_hub.constants
import numpy as np
import pytest

import encode
import fetch_weights
from cbal.storage.encoded import open_encoded
from tests.unit.models.hub import save_to_cache

NAME = "test_vit.r160_in1k"


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    """A cache of the hub with the model in it, and no network."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    save_to_cache(tmp_path / "hub", NAME)


def encoded(prepared, weights, out, *extra):
    encode.main(
        ["--dataset", "tiny", "--images", f"{prepared}/images.npy", "--out", str(out)]
        + ["--index", f"{prepared}/index.parquet", "--timing", f"{out}.timing"]
        + ["--architecture", f"timm:{NAME}", "--weights", str(weights), "--image-size", "48"]
        + ["--preprocessing", *extra]
    )
    return open_encoded(out, 60)


def test_features_of_timm_s_model_and_what_is_changed_of_its_preprocessing(
    prepared, tmp_path, capsys
):
    weights = tmp_path / "w.safetensors"
    words = ["--architecture", f"timm:{NAME}", "--weights", "pretrained", "--image-size", "48"]
    fetch_weights.main([*words, "--out", str(weights)])
    features = encoded(prepared, weights, tmp_path / "f.npy")
    assert features.shape == (60, 64)
    log = capsys.readouterr().err
    assert "licence of the weights: apache-2.0" in log
    assert "they expect images of 160 x 160 pixels" in log
    assert "gets images of 48 x 48 pixels (bicubic, the middle 48 x 48 of 50 x 50" in log
    other = encoded(prepared, weights, tmp_path / "g.npy", '{"crop": 1.0, "mean": [0, 0, 0]}')
    assert "48 x 48 pixels (bicubic, center if not square), mean 0, 0, 0" in capsys.readouterr().err
    assert not np.array_equal(features, other)


def test_the_check_prints_the_size_of_the_images(capsys):
    words = ["--architecture", f"timm:{NAME}", "--weights", "none", "--check"]
    fetch_weights.main(words)
    assert capsys.readouterr().out == "160\n"
    fetch_weights.main([*words, "--image-size", "96"])
    assert capsys.readouterr().out == "96\n"
