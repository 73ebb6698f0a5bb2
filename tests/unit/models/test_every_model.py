"""All classification models of torchvision: their shapes, and a run of one of each family."""

import numpy as np
import pytest
import torch
from torchvision import models as tv

from cbal.learning.batches import Batches
from cbal.learning.device import Execution
from cbal.learning.extraction import extract
from cbal.learning.training import Training, fit
from cbal.models import model as models
from cbal.models import weights
from cbal.models.torchvision_models import model_without_memory, module_of, torchvision_model
from cbal.storage.feature_range import Spread

CPU = Execution(torch.device("cpu"), batch_size=2)
IMAGES = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)
HOW = Training(epochs=1, batch_size=2, learning_rate=1e-4, momentum=0.9, weight_decay=5e-4)

# A small model of each module of torchvision, and a small image size that it accepts.
FAMILIES = {
    "alexnet": 64,
    "convnext_tiny": 32,
    "densenet121": 32,
    "efficientnet_b0": 32,
    "googlenet": 32,
    "inception_v3": 299,
    "maxvit_t": 224,
    "mnasnet0_5": 32,
    "mobilenet_v2": 32,
    "mobilenet_v3_small": 32,
    "regnet_y_400mf": 32,
    "resnet18": 32,
    "shufflenet_v2_x0_5": 32,
    "squeezenet1_1": 32,
    "swin_v2_t": 32,
    "vgg11": 32,
    "vit_b_32": 224,
}


@pytest.fixture(autouse=True)
def fast_initial_weights(monkeypatch):
    """Small normal weights, since to draw from a truncated distribution takes seconds."""
    normal = torch.nn.init.normal_
    monkeypatch.setattr(torch.nn.init, "trunc_normal_", lambda x, *_, **__: normal(x, std=0.02))


def test_each_module_of_torchvision_s_models_is_run():
    assert set(map(module_of, FAMILIES)) == set(map(module_of, tv.list_models(module=tv)))


@pytest.mark.parametrize("architecture", tv.list_models(module=tv))
def test_its_head_is_what_depends_on_the_classes(architecture):
    two, three = (model_without_memory(architecture, classes) for classes in (2, 3))
    shapes = ({name: value.shape for name, value in m.state_dict().items()} for m in (two, three))
    of_head = {name for name, _ in set.symmetric_difference(*(set(s.items()) for s in shapes))}
    assert f"{models.head(two, 2)}.weight" in of_head
    assert all(value.is_meta for value in two.state_dict().values())


@pytest.mark.parametrize("architecture", FAMILIES)
def test_it_is_loaded_from_a_file_looked_at_kept_and_trained(architecture, tmp_path):
    side = FAMILIES[architecture]
    weights.check_model(architecture, "none", side)
    torch.manual_seed(0)
    theirs = torchvision_model(architecture, 3).state_dict()
    torch.save(theirs, tmp_path / "theirs.pth")
    state = weights.fetch(architecture, str(tmp_path / "theirs.pth"))
    models.write_safetensors(tmp_path / "w", state, module=module_of(architecture))
    spec = models.spec_for(architecture, 4, 3, side, tmp_path / "w")
    models.save_model(tmp_path / "m", models.initial(spec, tmp_path / "w", seed=0), spec)
    model, _ = models.load_model(tmp_path / "m")
    loaded = model.state_dict()
    assert all(torch.equal(loaded[name], theirs[name]) for name in state)

    batches = Batches(IMAGES, np.arange(2), spec, CPU.device)
    feature, probability = next(extract(model, batches, CPU))
    assert probability.shape == (2, 4)
    np.testing.assert_allclose(probability.sum(1), 1, rtol=1e-5)
    spread = Spread()
    spread.add(feature)
    assert not spread.same
    stored = feature.astype(np.float16 if spread.fits else np.float32)
    assert (stored[0] != stored[1]).any()

    head = model.get_submodule(models.head(model, 4))
    before = head.weight.detach().clone()
    fit(model, batches, np.array([0, 1], np.int16), HOW, np.random.default_rng(0), CPU)
    assert not torch.equal(head.weight, before)
