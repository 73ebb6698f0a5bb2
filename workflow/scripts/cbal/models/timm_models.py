"""timm's image models, with a linear head of one's own number of classes.

timm is an optional part of the environment and takes seconds to import, so only what is called
for a model of timm imports it.
"""

import difflib
import importlib
from types import ModuleType
from typing import Any

import torch
from torch import nn

from cbal.errors import InputError
from cbal.models.names import INSTALL_TIMM, TIMM

HEAD = "linear_head"  # of every model of timm, in place of its own
NO_FEATURES = "gives no feature of a whole image; choose a classification model"


class _WithHead:
    """A model of timm without its own head, and with a linear one."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the logits of images: those of the head for timm's features before its logits."""
        return self.linear_head(super().forward(x))


def timm_model(architecture: str, classes: int, image_size: int) -> nn.Module:
    """Return a model of timm with random weights and a linear head for `classes` classes.

    The head is always a new one, since timm's may be something else: a convolution, two heads of
    which one was distilled, a projection of every token. It gets the features of timm without a
    head, `forward_head(forward_features(x), pre_logits=True)`. Modules keep timm's names.

    Args:
        architecture: `timm:NAME`.
        classes: outputs of the head.
        image_size: side of the images in pixels.

    Raises:
        InputError: timm is not installed, has no such model, or the model gives no features of
            whole images or takes no images of this size.
    """
    model = create(architecture, image_size, num_classes=0)
    features = getattr(model, "head_hidden_size", None) or getattr(model, "num_features", None)
    if not hasattr(model, "forward_head") or not features:
        raise InputError(f"{architecture} {NO_FEATURES}")
    # A class of its own, and not a module around it, which would change the names of all modules.
    model.__class__ = type("WithHead", (_WithHead, type(model)), {})
    model.linear_head = nn.Linear(features, classes)
    return model


def create(architecture: str, image_size: int, **settings: Any) -> nn.Module:
    """Return timm's model for a size of images, with random weights.

    Raises:
        InputError: timm is not installed, has no such model, or the model takes no such images.
    """
    try:
        name, fixed = architecture.removeprefix(TIMM), fixed_to(architecture, image_size)
        model = timm().create_model(name, **fixed, **settings)
    except (AssertionError, TypeError, ValueError) as error:
        raise refused(architecture, image_size, error) from error
    patch = getattr(getattr(model, "patch_embed", None), "patch_size", None)
    # The model would not see what is left of an image. Some models are published so.
    published = image_size == config_of(architecture).input_size[1]
    if fixed and not published and isinstance(patch, tuple) and image_size % patch[0]:
        near = max(image_size - image_size % patch[0], patch[0])
        raise InputError(
            f"{architecture} takes images of a multiple of {patch[0]} pixels, not of "
            f"{image_size}; choose image_size {near} or {near + patch[0]}"
        )
    return model


def fixed_to(architecture: str, image_size: int) -> dict[str, int]:
    """Return what to tell timm of the size of images: nothing for a model that takes any size.

    Vision transformers are an example of the others: they have a weight for every position.
    """
    return {"img_size": image_size} if config_of(architecture).fixed_input_size else {}


def refused(architecture: str, image_size: int, error: Exception) -> InputError:
    """Return the error of a model that does not take images of a size."""
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    return InputError(
        f"{architecture} takes no images of {image_size} x {image_size} ({reason}); choose "
        "another image_size"
    )


def config_of(architecture: str) -> Any:
    """Return timm's `PretrainedCfg` of a model: where its weights are, and what they expect.

    Raises:
        InputError: timm is not installed, or has no such model.
    """
    library, name = timm(), architecture.removeprefix(TIMM)
    config = None
    if name and ":" not in name:
        try:
            config = library.models.get_pretrained_cfg(name)
        except RuntimeError:  # the model has no weights of this tag
            config = None
    if config is None or not library.is_model(name):
        known = sorted({*library.list_models(pretrained=True), *library.list_models()})
        near = difflib.get_close_matches(name, known, 5, 0.5) or known[:5]
        raise InputError(
            f"architecture {architecture!r}: timm {library.__version__} has no such model; the "
            f"nearest names are {', '.join(near)}"
        )
    return config


def preprocessing_of(config: Any) -> dict[str, Any]:
    """Return the fields of `Preprocessing` that a model's pretrained weights expect."""
    from timm.data import resolve_data_config

    data = resolve_data_config(pretrained_cfg=config.to_dict())
    return {
        "image_size": data["input_size"][1],
        "mean": tuple(data["mean"]),
        "std": tuple(data["std"]),
        "interpolation": data["interpolation"],
        "crop": data["crop_pct"],
        "fit": data["crop_mode"],
    }


def timm() -> ModuleType:
    """Return the library.

    Raises:
        InputError: it is not installed.
    """
    try:
        return importlib.import_module("timm")
    except ImportError as error:
        raise InputError(f"timm is not installed ({error}); run `{INSTALL_TIMM}`") from error
