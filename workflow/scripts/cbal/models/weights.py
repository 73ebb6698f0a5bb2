"""Pretrained weights: reading, downloading, and checking against an architecture."""

import math
import re
from pathlib import Path
from urllib.error import URLError

import torch
from safetensors.torch import load_file

from cbal.errors import InputError
from cbal.models.convnet import convnet
from cbal.models.model import OWN, head
from cbal.models.names import is_timm
from cbal.models.splitting import activation_shape, split
from cbal.models.timm_models import timm_model
from cbal.models.torchvision_models import EmptyOnMeta, head_parameters, model_without_memory
from cbal.models.weights_paths import is_weights_file

HALF = 2  # bytes of a number

# Names that torchvision gave to layers in earlier versions, and their names today. Its own files,
# and files that people saved then, still have the old names; torchvision renames while it loads.
OLD_NAMES = (
    (re.compile(r"(denselayer\d+\.(?:norm|relu|conv))\.(?=[12]\.)"), r"\1"),  # DenseNet
    (re.compile(r"\.mlp\.linear_1\."), ".mlp.0."),  # vision transformers
    (re.compile(r"\.mlp\.linear_2\."), ".mlp.3."),
)


def check_model(architecture: str, weights: str, image_size: int | None = None) -> None:
    """Check that torchvision has the model and the weights, and that the model takes the size.

    Raises:
        InputError: one of these is not so; for names the message lists the known ones.
    """
    from torchvision import models

    model = model_without_memory(architecture, 2)
    if image_size:
        with torch.device("meta"):
            _check_size(model, architecture, image_size)
    if weights == "none" or is_weights_file(weights):
        return
    known = [entry.name for entry in models.get_model_weights(architecture)]
    if weights not in [*known, "DEFAULT"]:
        raise InputError(
            f"weights {weights!r} of {architecture}: unknown; choose one of "
            f"{', '.join(known)}, none, or a path to a .pth or .safetensors file"
        )


def _check_size(model: torch.nn.Module, architecture: str, image_size: int) -> None:
    """Check that the model takes images of a size, with a pass in training mode on empty images.

    Training mode matters: there Inception has one more part, which needs larger images.
    """
    try:
        model.train()(torch.empty(2, 3, image_size, image_size))
    except (AssertionError, RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"{architecture} takes no images of {image_size} x {image_size} ({reason}); "
            "choose another image_size"
        ) from error


def check_module(architecture: str, trainable: str, image_size: int) -> int:
    """Check that a model can be trained from a named module on.

    Args:
        architecture: `convnet`, a torchvision classification model's name, or `timm:NAME`.
        trainable: name of the module.
        image_size: side of the images in pixels.

    Returns:
        Bytes of the activations of an image before the module, in half precision.

    Raises:
        InputError: the model lacks the module or cannot be split there; lists those that do.
    """
    if architecture == OWN:
        model = convnet(2, 3, image_size)
    elif is_timm(architecture):
        with EmptyOnMeta():
            model = timm_model(architecture, 2, image_size)
    else:
        model = model_without_memory(architecture, 2)
    frozen, _ = split(model.to("meta"), trainable, head(model, 2))
    with torch.device("meta"):
        return HALF * math.prod(activation_shape(frozen, 3, image_size))


def fetch(architecture: str, weights: str) -> dict[str, torch.Tensor]:
    """Return the pretrained weights of an architecture, all but those of its head.

    Args:
        architecture: name of a torchvision classification model.
        weights: torchvision's name of the weights (they are downloaded into `$TORCH_HOME`
            unless they are there), or a path to a `.pth` or `.safetensors` file.

    Raises:
        InputError: unknown names, no network and no file, or weights of another
            architecture.
    """
    check_model(architecture, weights)
    state = (
        _from_file(Path(weights))
        if is_weights_file(weights)
        else _from_torchvision(architecture, weights)
    )
    expected = model_without_memory(architecture, 2).state_dict()
    of_head = head_parameters(architecture)
    wanted = _backbone(expected, of_head)
    state = _backbone(state, of_head)
    for name in sorted(set(wanted) ^ set(state)):
        what = "lack" if name in wanted else "have an unknown"
        raise InputError(f"weights {weights} are not of {architecture}: they {what} {name}")
    for name, value in wanted.items():
        if value.shape != state[name].shape:
            raise InputError(
                f"weights {weights} are not of {architecture}: {name} is "
                f"{tuple(state[name].shape)}, not {tuple(value.shape)}"
            )
    return state


def _backbone(state: dict[str, torch.Tensor], of_head: set[str]) -> dict[str, torch.Tensor]:
    """Return the weights without the head and without batch normalisation's counters.

    Files of old versions of PyTorch have no such counters.
    """
    return {
        name: value
        for name, value in zip(map(_current_name, state), state.values(), strict=True)
        if name not in of_head and not name.endswith("num_batches_tracked")
    }


def _current_name(name: str) -> str:
    for old, new in OLD_NAMES:
        name = old.sub(new, name)
    return name


def _from_torchvision(architecture: str, weights: str) -> dict[str, torch.Tensor]:
    from torchvision import models

    enum = models.get_model_weights(architecture)
    entry = enum.DEFAULT if weights == "DEFAULT" else enum[weights]
    try:
        return entry.get_state_dict(progress=False, check_hash=True, weights_only=True)
    except (URLError, OSError, RuntimeError) as error:
        folder = Path(torch.hub.get_dir(), "checkpoints")
        raise InputError(
            f"weights {weights} of {architecture}: cannot be downloaded ({error}); without a "
            f"network put {Path(entry.url).name} into {folder}, or set TORCH_HOME or `weights:`"
        ) from error


def _from_file(path: Path) -> dict[str, torch.Tensor]:
    try:
        if path.suffix == ".safetensors":
            state = load_file(path)
        else:
            state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # loaders raise exceptions of many types
        reason = str(error).splitlines()[0]
        raise InputError(
            f"weights {path}: cannot be read ({reason}); is it a state dict?"
        ) from error
    state = state.get("state_dict", state) if isinstance(state, dict) else None
    if not state or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise InputError(f"weights {path}: not a state dict (name -> tensor)")
    return state
