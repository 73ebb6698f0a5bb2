import pytest
import torch
from torch import nn

from cbal.errors import InputError
from cbal.models import model as models
from cbal.models import splitting
from cbal.models.splitting import activation_shape, shape_of_one, split
from cbal.models.timm_models import timm_model
from cbal.models.torchvision_models import model_without_memory, torchvision_model
from cbal.models.weights import check_module

# One of each way to lead from a module to the head, and a side of small images.
PLACES = [
    ("resnet18", 32, "layer4"),
    ("resnet18", 32, "layer3.1"),
    ("resnet18", 32, "fc"),
    ("densenet121", 32, "features.denseblock4"),
    ("googlenet", 64, "inception5a"),
    ("mobilenet_v3_small", 32, "features.12"),
    ("squeezenet1_1", 64, "features.12"),
    ("vit_b_32", 224, "encoder.layers.encoder_layer_11"),
    ("vit_b_32", 224, "encoder"),
]


@pytest.fixture(autouse=True)
def fast_initial_weights(monkeypatch):
    normal = nn.init.normal_
    monkeypatch.setattr(nn.init, "trunc_normal_", lambda x, *_, **__: normal(x, std=0.02))


@pytest.mark.parametrize(("architecture", "side", "name"), PLACES)
def test_one_part_after_the_other_is_the_whole(architecture, side, name):
    torch.manual_seed(0)
    model = torchvision_model(architecture, 4)
    frozen, trained = split(model, name, models.head(model, 4))
    x = torch.rand(3, 3, side, side)
    with torch.inference_mode():
        torch.testing.assert_close(trained(frozen(x)), model.eval()(x))
    whole = model.state_dict()
    assert trained.state_dict().keys() < whole.keys()
    assert frozen.state_dict().keys() < whole.keys()
    assert any(key.startswith(f"{name}.") for key in trained.state_dict())
    assert models.head(trained, 4) == models.head(model, 4)


def test_layers_behave_in_training_as_in_the_whole_network():
    model = torchvision_model("resnet18", 4)
    _, trained = split(model, "layer4", "fc")
    before = trained.get_submodule("layer4.0.bn1").running_mean.clone()
    trained.train()(torch.rand(4, 256, 2, 2))
    assert not torch.equal(trained.get_submodule("layer4.0.bn1").running_mean, before)
    trained.eval()(torch.rand(4, 256, 2, 2))
    assert not trained.get_submodule("layer4.0.bn1").training


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("layer5", "the model has no such module"),
        ("conv1", "nothing is before it"),
        ("layer4.1.conv2", "the part after it needs more than its input"),
    ],
)
def test_other_names_are_refused_with_those_that_do(name, reason):
    model = model_without_memory("resnet18", 2)
    with pytest.raises(InputError) as caught:
        split(model, name, "fc")
    message = str(caught.value)
    assert message.startswith(f"trainable {name!r}: {reason}; write all, head, or")
    assert message.endswith("bn1, layer1, layer1.1, layer2, layer2.1, layer3, layer3.1, "
                            "layer4, layer4.1, fc")  # fmt: skip
    assert "\n" not in message


def test_what_is_behind_the_head_or_is_never_called_is_refused():
    model = model_without_memory("squeezenet1_1", 2)
    with pytest.raises(InputError, match="the head is before it"):
        split(model, "classifier.3", models.head(model, 2))
    model = model_without_memory("googlenet", 2)
    with pytest.raises(InputError, match="does not call it in evaluation"):
        split(model, "aux1", models.head(model, 2))


def test_of_many_names_the_last_are_told(monkeypatch):
    monkeypatch.setattr(splitting, "MOST_NAMES", 2)
    with pytest.raises(InputError, match=r"as the last 2: layer4.1, fc$"):
        split(model_without_memory("resnet18", 2), "layer9", "fc")


def test_the_size_of_activations_is_known_without_weights():
    assert check_module("resnet18", "layer4", 64) == 2 * 256 * 4 * 4
    assert check_module("convnet", "6", 8) == 2 * 64 * 2 * 2
    with pytest.raises(InputError, match="'99'.* as 3, 6, 9$"):
        check_module("convnet", "99", 8)
    model = model_without_memory("vit_b_32", 2)
    frozen, _ = split(model, "encoder.layers.encoder_layer_11", models.head(model, 2))
    assert activation_shape(frozen, 3, 224) == (50, 768)


def test_activations_are_those_of_each_image():
    assert shape_of_one(torch.zeros(3, 2, 4), 3) == (2, 4)
    with pytest.raises(InputError, match="no row for each image"):
        shape_of_one(torch.zeros(6, 2, 4), 3)


def test_the_trained_part_comes_back_from_its_file(tmp_path):
    spec = models.Spec("convnet", 4, 3, 8, (0.5,) * 3, (0.5,) * 3, trainable="6")
    model = models.initial(spec, None, seed=1).eval()
    models.save_model(tmp_path / "m", model, spec)
    again, spec_again = models.load_model(tmp_path / "m")
    assert spec_again.trainable == "6"
    assert set(again.state_dict()) == {"6.weight", "6.bias", "9.weight", "9.bias"}
    x = torch.rand(2, 64, 2, 2)
    assert torch.equal(model(x), again(x))


def test_a_whole_network_s_file_does_not_say_so(tmp_path):
    spec = models.spec_for("convnet", 4, 3, 8)
    models.save_model(tmp_path / "m", models.initial(spec, None, seed=1), spec)
    assert "trainable" not in models.read_safetensors(tmp_path / "m")[1]["spec"]
    assert models.load_model(tmp_path / "m")[1].trainable == "all"


@pytest.mark.parametrize(
    ("architecture", "side", "name"),
    [("timm:resnet18", 32, "layer4"), ("timm:vit_tiny_patch16_224", 32, "blocks.11")],
)
def test_models_of_timm_are_split_too(architecture, side, name):
    pytest.importorskip("timm")
    torch.manual_seed(0)
    model = timm_model(architecture, 4, side)
    frozen, trained = split(model, name, models.head(model, 4))
    x = torch.rand(3, 3, side, side)
    with torch.inference_mode():
        activations = frozen(x)
        torch.testing.assert_close(trained(activations), model.eval()(x))
    assert check_module(architecture, name, side) == 2 * activations[0].numel()


def test_a_model_without_a_module_that_will_do_is_told():
    pytest.importorskip("timm")
    with pytest.raises(InputError, match="no module of this model will do; write all or head$"):
        check_module("timm:test_vit", "blocks.1", 160)
