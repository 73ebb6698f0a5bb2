"""Classification models, their heads, and the files that hold them."""

import json
from collections import OrderedDict
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import nn

from cbal.errors import InputError
from cbal.models.convnet import convnet
from cbal.models.names import is_timm
from cbal.models.preprocessing import IMAGENET_MEAN, IMAGENET_STD, read
from cbal.models.splitting import split
from cbal.models.timm_models import config_of, preprocessing_of, timm_model
from cbal.models.torchvision_models import FROM_TENSORFLOW, module_of, torchvision_model
from cbal.models.trainable import ALL, is_module
from cbal.storage.sealed_tensors import read_sealed, write_sealed

OWN = "convnet"
USUAL_SIZE = 224


@dataclass(frozen=True)
class Spec:
    """Description of a model, stored in its file.

    Attributes:
        architecture: "convnet", a torchvision classification model's name, or `timm:NAME`.
        classes: outputs of the head.
        channels: channels of the pool's images; all but convnet get gray images as RGB.
        image_size, mean, std, interpolation, crop, fit: see `Preprocessing`.
        module: module of torchvision that defines the architecture; "" where it is not known.
        trainable: "all", or the name of a module. The model is then the network from that module
            on, and gets activations instead of images.
    """

    architecture: str
    classes: int
    channels: int
    image_size: int
    mean: tuple[float, ...] = IMAGENET_MEAN
    std: tuple[float, ...] = IMAGENET_STD
    module: str = ""
    interpolation: str = "bilinear"
    crop: float = 1.0
    fit: str = "squash"
    trainable: str = ALL


# Left out of a model's file where they are the usual ones, as before there were others.
NEWER = ("interpolation", "crop", "fit", "trainable")


def spec_for(
    architecture: str,
    classes: int,
    channels: int,
    image_size: int | None,
    weights: Path | None = None,
    changes: dict[str, Any] | None = None,
) -> Spec:
    """Return the spec of a model, with the preprocessing that its architecture or weights need.

    Args:
        architecture, classes, channels, image_size: see `Spec`; a size of None is the usual one.
        weights: file written by `fetch_weights.py`; it says what its weights need.
        changes: fields of `Preprocessing` that the user wants to be others.
    """
    spec = _usual_spec(architecture, classes, channels, image_size, weights)
    return replace(spec, **read(changes or {}))


def _usual_spec(
    architecture: str, classes: int, channels: int, image_size: int | None, weights: Path | None
) -> Spec:
    if is_timm(architecture):
        if weights:
            how = read(json.loads(read_safetensors(weights)[1]["preprocessing"]))
        else:
            how = preprocessing_of(config_of(architecture))
        how["image_size"] = image_size or how["image_size"]
        return Spec(architecture, classes, channels, **how)
    image_size = image_size or USUAL_SIZE
    if architecture == OWN:
        return Spec(
            architecture, classes, channels, image_size, (0.5,) * channels, (0.5,) * channels
        )
    module = read_safetensors(weights)[1]["module"] if weights else module_of(architecture)
    half = {"mean": (0.5,) * 3, "std": (0.5,) * 3} if architecture in FROM_TENSORFLOW else {}
    return Spec(architecture, classes, channels, image_size, module=module, **half)


def build(spec: Spec, seed: int) -> nn.Module:
    """Return the whole network with initial weights drawn with `seed`, head included.

    Raises:
        InputError: torchvision or timm has no such model.
    """
    torch.manual_seed(seed)
    if spec.architecture == OWN:
        return convnet(spec.classes, spec.channels, spec.image_size)
    if is_timm(spec.architecture):
        return timm_model(spec.architecture, spec.classes, spec.image_size)
    return torchvision_model(spec.architecture, spec.classes, spec.module)


def head(model: nn.Module, classes: int) -> str:
    """Return the name of the last linear layer or convolution with an output for each class."""
    for name, module in reversed(list(model.named_modules())):
        outputs = getattr(module, "out_features", getattr(module, "out_channels", None))
        if isinstance(module, nn.Linear | nn.Conv2d) and outputs == classes:
            return name
    raise InputError(f"{type(model).__name__}: no layer has one output for each class")


def load_backbone(model: nn.Module, path: Path) -> None:
    """Load the weights in `path`, all but those of the head, into the model."""
    state = read_safetensors(path)[0]
    try:
        unexpected = _load(model, state, strict=False)
    except RuntimeError as error:  # of shapes
        raise InputError(
            f"{path}: weights of another architecture or image size; delete it to rebuild it"
        ) from error
    if unexpected:
        raise InputError(f"{path}: weights of another architecture ({unexpected[0]} is unknown)")


def _load(model: nn.Module, state: dict[str, torch.Tensor], strict: bool = True) -> list[str]:
    """Load weights into the model; return the names of those that it does not have.

    safetensors stores no versions of layers, and MNASNet cannot load weights without them. The
    model's versions are right: the installed library named these weights, when they were fetched
    or when the model was saved.
    """
    state = OrderedDict(state)
    state._metadata = model.state_dict()._metadata
    return model.load_state_dict(state, strict).unexpected_keys


def initial(spec: Spec, weights: Path | None, seed: int) -> nn.Module:
    """Return the model that every round of a seed starts from: the network, or its trained part.

    Args:
        spec: spec of the model.
        weights: file written by `fetch_weights.py`, the weights of the backbone; None draws them.
        seed: seed of the head's weights, and of the backbone's where there is no file.
    """
    model = build(spec, seed)
    if weights is not None:
        load_backbone(model, weights)
    return _in_memory_format(_trained_part(model, spec))


def _trained_part(model: nn.Module, spec: Spec) -> nn.Module:
    """Return the part of the whole network that the spec names."""
    if not is_module(spec.trainable):
        return model
    return split(model, spec.trainable, head(model, spec.classes))[1]


def _in_memory_format(model: nn.Module) -> nn.Module:
    """Store the weights channels last, as the images are: convolutions are faster so."""
    return model.to(memory_format=torch.channels_last)


def save_model(path: Path, model: nn.Module | None, spec: Spec) -> None:
    """Write a model; None is the model of a round without a query."""
    state = model.state_dict() if model is not None else {}
    usual = {name: getattr(Spec, name) for name in NEWER}
    fields = {k: v for k, v in asdict(spec).items() if k not in usual or v != usual[k]}
    write_safetensors(path, state, spec=json.dumps(fields))


def load_model(path: Path) -> tuple[nn.Module, Spec]:
    """Return the model that `save_model` wrote, in evaluation mode, and its spec."""
    state, metadata = read_safetensors(path)
    try:
        spec = Spec(**json.loads(metadata["spec"]))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path}: not a model of this workflow; delete it to rebuild it"
        ) from error
    model = _trained_part(build(spec, seed=0), spec)
    _load(model, state)
    return _in_memory_format(model).eval(), spec


def write_safetensors(path: Path, state: dict[str, torch.Tensor], **metadata: str) -> None:
    """Write tensors and metadata to a sealed file, whole or not at all."""
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}
    write_sealed(path, lambda text: save(state, text), metadata)


def read_safetensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Return the tensors and the metadata of a file that `write_safetensors` wrote.

    Raises:
        InputError: the file is missing, truncated or altered.
    """
    return read_sealed(path, "pt")
