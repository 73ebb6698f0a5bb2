"""torchvision's classification models, built with as little of torchvision as possible.

`import torchvision` runs the code of all its models, and some of that code loads PyTorch's
compiler. It takes 2.4 CPU-seconds; the module of a ResNet takes 0.3. Where the name of the module
is known, this file imports that module without running the packages around it.
"""

import importlib
import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from cbal.errors import InputError

FROM_TENSORFLOW = ("googlenet", "inception_v3")  # images scaled to [-1, 1]


def torchvision_model(architecture: str, classes: int, module: str = "") -> nn.Module:
    """Return a torchvision classification model with a head for `classes` classes.

    Args:
        architecture: torchvision's name of the model.
        classes: outputs of its head.
        module: module that defines the model, see `module_of`; "" imports all of torchvision.

    Raises:
        InputError: torchvision has no such classification model.
    """
    # GoogLeNet and Inception would draw initial weights slowly, and they are replaced anyway.
    settings = {"init_weights": False} if architecture in FROM_TENSORFLOW else {}
    if module and "torchvision" not in sys.modules:
        build = getattr(_import_without_packages(module), architecture)
        return build(weights=None, num_classes=classes, **settings)
    models = _torchvision_models()
    return models.get_model(
        _known_architecture(architecture), weights=None, num_classes=classes, **settings
    )


def module_of(architecture: str) -> str:
    """Return the name of the module that defines a model; this imports all of torchvision.

    Raises:
        InputError: torchvision has no such classification model.
    """
    return _torchvision_models().get_model_builder(_known_architecture(architecture)).__module__


def model_without_memory(architecture: str, classes: int) -> nn.Module:
    """Return a model on the device `meta`: its parameters have shapes and take no memory.

    `torch.device("meta")` around the whole call would fail: RegNets compute their widths with
    tensors, and swin transformers compute their indices with tensors.

    Raises:
        InputError: torchvision has no such classification model.
    """
    with EmptyOnMeta():
        return torchvision_model(architecture, classes).to("meta")


class EmptyOnMeta(TorchFunctionMode):
    """A context in which `torch.empty`, which layers use for parameters, takes no memory."""

    def __torch_function__(
        self, function: Any, types: Any, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        where = {"device": "meta"} if function is torch.empty else {}
        return function(*args, **{**(kwargs or {}), **where})


def head_parameters(architecture: str) -> set[str]:
    """Return the names of the parameters whose shape depends on the number of classes."""
    two, three = (model_without_memory(architecture, n).state_dict() for n in (2, 3))
    return {name for name in two if two[name].shape != three[name].shape}


def _torchvision_models() -> ModuleType:
    from torchvision import models

    return models


def _known_architecture(architecture: str) -> str:
    models = _torchvision_models()
    known = models.list_models(module=models)
    if architecture not in known:
        raise InputError(
            f"architecture {architecture!r}: neither 'convnet', nor `timm:` and a name, nor a "
            f"torchvision classification model; those are {', '.join(known)}"
        )
    return architecture


def _import_without_packages(name: str) -> ModuleType:
    """Import a module without running the packages that contain it."""
    parts = name.split(".")
    packages = [".".join(parts[:n]) for n in range(1, len(parts))]
    for package in packages:
        bare = ModuleType(package)
        bare.__path__ = find_spec(package).submodule_search_locations
        sys.modules[package] = bare
    try:
        return importlib.import_module(name)
    finally:
        for package in packages:  # a later import gets the complete packages
            del sys.modules[package]
