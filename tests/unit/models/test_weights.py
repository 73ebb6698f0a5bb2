from urllib.error import URLError

import pytest
import torch
from torchvision import models as tv

from cbal.errors import InputError
from cbal.models import model as models
from cbal.models import weights
from cbal.models.torchvision_models import model_without_memory


@pytest.fixture
def resnet(tmp_path):
    """Path of a ResNet-18's state dict with 1000 classes."""
    torch.manual_seed(0)
    path = tmp_path / "resnet18.pth"
    torch.save(tv.resnet18(weights=None).state_dict(), path)
    return path


def test_a_file_is_taken_without_its_head(resnet, tmp_path):
    state = weights.fetch("resnet18", str(resnet))
    assert "fc.weight" not in state
    models.write_safetensors(tmp_path / "w.safetensors", state)
    spec = models.spec_for("resnet18", 7, 3, 32)
    model = models.initial(spec, tmp_path / "w.safetensors", seed=3)
    assert torch.equal(model.conv1.weight, torch.load(resnet, weights_only=True)["conv1.weight"])
    assert model.fc.out_features == 7
    again = weights.fetch("resnet18", str(tmp_path / "w.safetensors"))
    assert again.keys() == state.keys()


def test_a_file_from_before_batch_normalisation_counted(resnet, tmp_path):
    """Torchvision's ImageNet ResNet-18 is such a file."""
    whole = weights.fetch("resnet18", str(resnet))
    state = torch.load(resnet, weights_only=True)
    old = {name: value for name, value in state.items() if "num_batches" not in name}
    torch.save(old, tmp_path / "old.pth")
    assert weights.fetch("resnet18", str(tmp_path / "old.pth")).keys() == whole.keys()


@pytest.mark.parametrize(
    "architecture, name, old",
    [
        ("densenet121", "denselayer1.norm1", "denselayer1.norm.1"),
        ("vit_b_32", "encoder_layer_0.mlp.0", "encoder_layer_0.mlp.linear_1"),
        ("vit_b_32", "encoder_layer_0.mlp.3", "encoder_layer_0.mlp.linear_2"),
    ],
)
def test_layers_that_had_other_names(architecture, name, old):
    """As in torchvision's files of these architectures."""
    state = model_without_memory(architecture, 2).state_dict()
    before = {key.replace(name, old): value for key, value in state.items()}
    assert before.keys() != state.keys()
    assert weights._backbone(before, set()).keys() == weights._backbone(state, set()).keys()


def test_a_size_on_which_the_model_is_used_but_not_trained():
    with pytest.raises(InputError, match="inception_v3 takes no images of 96 x 96 .*image_size"):
        weights.check_model("inception_v3", "none", 96)
    weights.check_model("inception_v3", "none", 299)


@pytest.mark.parametrize("architecture", ["resnet34", "resnet50", "vgg11"])
def test_weights_of_another_architecture_are_refused(resnet, architecture):
    with pytest.raises(InputError, match=f"are not of {architecture}"):
        weights.fetch(architecture, str(resnet))


def test_a_file_that_is_no_state_dict_is_named(tmp_path):
    path = tmp_path / "x.pth"
    path.write_bytes(b"nonsense")
    with pytest.raises(InputError, match="x.pth: cannot be read"):
        weights.fetch("resnet18", str(path))
    torch.save([1, 2], path)
    with pytest.raises(InputError, match="x.pth: not a state dict"):
        weights.fetch("resnet18", str(path))


def test_unknown_names_are_refused_with_the_known_ones():
    with pytest.raises(InputError, match="IMAGENET9.*IMAGENET1K_V1"):
        weights.check_model("resnet18", "IMAGENET9")
    with pytest.raises(InputError, match="resnet99"):
        weights.check_model("resnet99", "IMAGENET1K_V1")
    weights.check_model("resnet18", "DEFAULT")
    weights.check_model("resnet18", "none")


def test_a_size_that_the_model_does_not_take():
    weights.check_model("vit_b_16", "none", 224)
    with pytest.raises(InputError, match="vit_b_16 takes no images of 64 x 64 .*Wrong image"):
        weights.check_model("vit_b_16", "none", 64)
    with pytest.raises(InputError, match="alexnet takes no images of 32 x 32"):
        weights.check_model("alexnet", "none", 32)


def test_no_network_and_no_file_says_what_to_do(monkeypatch, tmp_path):
    def refuse(*_, **__):
        raise URLError("no route to host")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("urllib.request.urlopen", refuse)
    monkeypatch.setattr("torch.hub.urlopen", refuse)
    with pytest.raises(
        InputError, match="cannot be downloaded .*put resnet18-.*pth into .*or set TORCH"
    ):
        weights.fetch("resnet18", "IMAGENET1K_V1")
