import numpy as np
import pytest
import torch

from cbal.errors import InputError
from cbal.learning.batches import Batches
from cbal.learning.device import Execution
from cbal.learning.extraction import extract
from cbal.models import model as models
from cbal.models.torchvision_models import head_parameters, torchvision_model

# One of each way to make a head: linear layers of several names, and a convolution.
ARCHITECTURES = {
    "resnet18": (512, 32),
    "squeezenet1_1": (512, 64),
    "mobilenet_v3_small": (1024, 32),
    "densenet121": (1024, 32),
    "vgg11": (4096, 32),
    "vit_b_32": (768, 224),
    "googlenet": (1024, 64),
    "convnext_tiny": (768, 32),
}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_features_are_the_input_of_the_head(architecture):
    d, side = ARCHITECTURES[architecture]
    spec = models.spec_for(architecture, classes=4, channels=3, image_size=side)
    model = models.initial(spec, None, seed=0)
    images = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)
    execution = Execution(torch.device("cpu"), batch_size=2)
    batches = Batches(images, np.arange(2), spec, execution.device)
    feature, probability = next(extract(model, batches, execution))
    assert feature.shape == (2, d)
    assert probability.shape == (2, 4)
    np.testing.assert_allclose(probability.sum(1), 1, rtol=1e-5)
    head = model.get_submodule(models.head(model, 4))
    if isinstance(head, torch.nn.Linear):
        with torch.inference_mode():
            again = head(torch.from_numpy(feature.astype(np.float32))).softmax(1)
        np.testing.assert_allclose(again, probability, atol=5e-3)  # features are float16


def test_an_unknown_architecture_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="resnet99.*resnet18"):
        torchvision_model("resnet99", 10)


def test_the_seed_draws_the_weights():
    spec = models.spec_for("convnet", 10, 1, 8)
    one, same, other = (models.initial(spec, None, seed)[0].weight for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_a_model_comes_back_from_its_file(tmp_path):
    spec = models.spec_for("convnet", 10, 1, 8)
    model = models.initial(spec, None, seed=1).eval()
    models.save_model(tmp_path / "m.safetensors", model, spec)
    again, spec_again = models.load_model(tmp_path / "m.safetensors")
    x = torch.rand(3, 1, 8, 8)
    assert torch.equal(model(x), again(x))
    assert list(spec_again.mean) == list(spec.mean)


def test_a_truncated_model_is_named(tmp_path):
    spec = models.spec_for("convnet", 10, 1, 8)
    path = tmp_path / "m.safetensors"
    models.save_model(path, models.initial(spec, None, seed=1), spec)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(InputError, match="m.safetensors: not a whole safetensors file"):
        models.load_model(path)


def test_only_the_head_depends_on_the_classes():
    assert head_parameters("resnet18") == {"fc.weight", "fc.bias"}
    assert "aux1.fc2.weight" in head_parameters("googlenet")
