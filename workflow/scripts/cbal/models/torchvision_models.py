"""torchvision's classification models, with no more of torchvision imported than needed.

`import torchvision` runs the code of all its models, and some of it loads PyTorch's compiler:
2.4 CPU-seconds, where the module of a ResNet takes 0.3. So the packages around a module
are left out where the module's name is known.
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
        module: that has the model, as of `module_of`; without it all of torchvision is imported.

    Raises:
        InputError: torchvision has no such classification model.
    """
    # GoogLeNet and Inception would draw slow initial weights that are replaced anyway.
    settings = {"init_weights": False} if architecture in FROM_TENSORFLOW else {}
    if module and "torchvision" not in sys.modules:
        build = getattr(_alone(module), architecture)
        return build(weights=None, num_classes=classes, **settings)
    models = _known()
    return models.get_model(_checked(architecture), weights=None, num_classes=classes, **settings)


def module_of(architecture: str) -> str:
    """Return the name of the module that has a model; imports all of torchvision.

    Raises:
        InputError: torchvision has no such classification model.
    """
    return _known().get_model_builder(_checked(architecture)).__module__


def shapes_alone(architecture: str, classes: int) -> nn.Module:
    """Return a model whose parameters have shapes and no memory, on the device `meta`.

    `torch.device("meta")` around all of it would not do: a RegNet computes its widths with
    tensors, and swin transformers their indices.

    Raises:
        InputError: torchvision has no such classification model.
    """
    with _EmptyOnMeta():
        return torchvision_model(architecture, classes).to("meta")


class _EmptyOnMeta(TorchFunctionMode):
    """Within it `torch.empty`, by which layers get their parameters, takes no memory."""

    def __torch_function__(
        self, function: Any, types: Any, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        where = {"device": "meta"} if function is torch.empty else {}
        return function(*args, **{**(kwargs or {}), **where})


def head_parameters(architecture: str) -> set[str]:
    """Return the names of the parameters whose shape depends on the number of classes."""
    two, three = (shapes_alone(architecture, n).state_dict() for n in (2, 3))
    return {name for name in two if two[name].shape != three[name].shape}


def _known() -> ModuleType:
    from torchvision import models

    return models


def _checked(architecture: str) -> str:
    models = _known()
    known = models.list_models(module=models)
    if architecture not in known:
        raise InputError(
            f"architecture {architecture!r}: neither 'convnet' nor a torchvision classification "
            f"model; those are {', '.join(known)}"
        )
    return architecture


def _alone(name: str) -> ModuleType:
    """Import a module without running the packages that it is in."""
    parts = name.split(".")
    packages = [".".join(parts[:n]) for n in range(1, len(parts))]
    for package in packages:
        bare = ModuleType(package)
        bare.__path__ = find_spec(package).submodule_search_locations
        sys.modules[package] = bare
    try:
        return importlib.import_module(name)
    finally:
        for package in packages:  # whoever imports them later gets them whole
            del sys.modules[package]
