import sys

import numpy as np
import pytest
import torch

from cbal.errors import InputError
from cbal.learning.batches import Batches
from cbal.learning.device import Execution
from cbal.learning.extraction import extract, extract_dropping
from cbal.learning.training import Training, fit
from cbal.models import model as models
from cbal.models.timm_models import config_of, timm_model

CPU = Execution(torch.device("cpu"), batch_size=4)
IMAGES = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3), dtype=np.uint8)
HOW = Training(epochs=1, batch_size=4, learning_rate=1e-3, momentum=0.9, weight_decay=5e-4)

# Small models with each kind of head: a linear layer, a convolution, two heads, a small network.
SMALL = {
    "timm:test_vit.r160_in1k": 48,
    "timm:test_resnet.r160_in1k": 64,
    "timm:test_convnext.r160_in1k": 64,
    "timm:dla46x_c": 64,
    "timm:deit_tiny_distilled_patch16_224.fb_in1k": 64,
    "timm:test_efficientnet.r160_in1k": 64,
}


@pytest.mark.parametrize("architecture", SMALL)
def test_features_are_those_before_timm_s_logits_and_all_of_it_is_trained(architecture):
    spec = models.spec_for(architecture, 4, 3, SMALL[architecture])
    model = models.initial(spec, None, seed=0)
    assert models.head(model, 4) == "linear_head"
    batches = Batches(IMAGES, np.arange(6), spec, CPU.device)
    feature, probability = map(np.concatenate, zip(*extract(model, batches, CPU)))
    x = next(batches.in_order(6))
    with torch.inference_mode():
        expected = model.eval().forward_head(model.forward_features(x), pre_logits=True)
        logits = model.linear_head(expected)
    np.testing.assert_allclose(feature, expected, atol=1e-4)
    np.testing.assert_allclose(probability, logits.softmax(1), atol=1e-4)
    dropped = np.concatenate([it[1] for it in extract_dropping(model, batches, CPU, 1e-12, 2, 0)])
    np.testing.assert_allclose(dropped, probability, atol=1e-5)

    before = [p.detach().clone() for p in model.parameters()]
    labels = np.array([0, 1, 2, 3, 0, 1], np.int16)
    fit(model, batches, labels, HOW, np.random.default_rng(0), CPU)
    changed = [not torch.equal(a, b) for a, b in zip(before, model.parameters())]
    assert changed[-1]
    assert np.mean(changed) > 0.7


def test_a_trained_model_comes_back_from_its_file(tmp_path):
    changes = {"crop": 0.5, "mean": [0.1, 0.2, 0.3]}
    spec = models.spec_for("timm:test_vit.r160_in1k", 16, 3, 96, None, changes)
    model = models.initial(spec, None, seed=1).eval()
    models.save_model(tmp_path / "m", model, spec)
    again, spec_again = models.load_model(tmp_path / "m")
    x = torch.rand(2, 3, 96, 96)
    assert torch.equal(model(x), again(x))
    assert model(x).shape == (2, 16)
    assert (spec_again.crop, spec_again.interpolation) == (0.5, "bicubic")
    assert list(spec_again.mean) == [0.1, 0.2, 0.3]


def test_the_head_is_found_where_other_layers_are_as_wide():
    model = timm_model("timm:test_vit.r160_in1k", 64, 160)
    assert models.head(model, 64) == "linear_head"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("vit_smal_patch14_dinov2", "nearest names are vit_small_patch14_dinov2"),
        ("resnet18.nope", "no such model; the nearest names are resnet18"),
        ("hf-hub:timm/resnet18", "no such model"),
        ("", "no such model"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(name, words):
    with pytest.raises(InputError, match=words) as caught:
        config_of(f"timm:{name}")
    assert "\n" not in str(caught.value)


def test_without_timm_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(InputError, match="not installed .*pip install .*requirements-timm.txt"):
        config_of("timm:resnet18")
