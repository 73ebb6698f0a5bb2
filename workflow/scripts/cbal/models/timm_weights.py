"""Pretrained weights of timm's models: from a file, the hub's cache, or the hub."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import nn

from cbal.errors import InputError
from cbal.log import say
from cbal.models.names import TIMM
from cbal.models.preprocessing import described
from cbal.models.timm_models import (
    HEAD,
    NO_FEATURES,
    config_of,
    fixed_to,
    preprocessing_of,
    refused,
    timm,
    timm_model,
)
from cbal.models.torchvision_models import EmptyOnMeta
from cbal.models.weights_paths import is_weights_file

PRETRAINED = "pretrained"
FILES = ("model.safetensors", "pytorch_model.bin")  # on the hub, in timm's order


def check(architecture: str, weights: str, image_size: int | None = None) -> int:
    """Check that timm has the model and the weights, and that the model takes the size.

    Returns:
        Side of the images in pixels: `image_size`, or what the weights expect.

    Raises:
        InputError: timm is not installed, or one of these is not so.
    """
    config = _config(architecture, weights)
    if weights == PRETRAINED and not config.has_weights:
        raise InputError(
            f"weights of {architecture}: timm knows of none; choose another model, or a file"
        )
    if weights not in (PRETRAINED, "none") and not is_weights_file(weights):
        raise InputError(
            f"weights {weights!r} of {architecture}: unknown; choose {PRETRAINED} (those that the "
            "name stands for), none, or a path to a .pth or .safetensors file"
        )
    usual = preprocessing_of(config)["image_size"]
    size = image_size or usual
    error = _error_of_a_pass(architecture, size)
    # A model that cannot be run without memory at its usual size cannot be checked so.
    if error and size != usual and not _error_of_a_pass(architecture, usual):
        raise refused(architecture, size, error) from error
    return size


def fetch(
    architecture: str, weights: str, image_size: int | None = None
) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Return the pretrained weights of a model without its head, and what goes with them.

    Args:
        architecture: `timm:NAME`.
        weights: "pretrained" for those that the name stands for, from the hub's cache or the hub
            itself (`HF_HOME` and `HF_HUB_OFFLINE` count), or a path to a `.pth` or `.safetensors`
            file. timm's `config.json` beside the file says what they expect; else the name does.
        image_size: side of the images in pixels; None is what the weights expect. What depends on
            it, such as position embeddings, is resampled by timm.

    Returns:
        Weights by name; and the architecture and its preprocessing (JSON), by name.

    Raises:
        InputError: timm is not installed, there are no weights and no network, or the weights are
            of another model.
    """
    size = check(architecture, weights, image_size)
    config = _config(architecture, weights)
    how = preprocessing_of(config)
    named = ".".join(filter(None, (config.architecture, config.tag)))
    say(f"{architecture}: weights {weights} of {named}")
    say(f"licence of the weights: {config.license or 'not stated; see where they come from'}")
    say(f"they expect images of {described(SimpleNamespace(**how))}")
    state = _loaded(architecture, weights, size, config).state_dict()
    with EmptyOnMeta():
        wanted = timm_model(architecture, 2, size).state_dict()
    names = [name for name in wanted if not name.startswith(f"{HEAD}.")]
    metadata = {"architecture": architecture, "preprocessing": json.dumps(how)}
    return {name: state[name] for name in names}, metadata


def _error_of_a_pass(architecture: str, image_size: int) -> Exception | None:
    """Return the error of a pass in training mode on empty images, without memory."""
    try:
        with EmptyOnMeta():
            model = timm_model(architecture, 2, image_size).to("meta")
        with torch.device("meta"):
            shape = model.train()(torch.empty(2, 3, image_size, image_size)).shape
    except InputError:
        raise
    except Exception as error:  # models raise exceptions of many types
        return error
    if shape != (2, 2):
        raise InputError(f"{architecture} {NO_FEATURES}")
    return None


def _config(architecture: str, weights: str) -> Any:
    """Return timm's `PretrainedCfg` of the weights: that of the name, or that beside a file."""
    config, beside = config_of(architecture), Path(weights).parent / "config.json"
    if not is_weights_file(weights) or not beside.is_file():
        return config
    try:
        written = json.loads(beside.read_text())
        if "pretrained_cfg" not in written:  # another library's
            return config
        known = {k: v for k, v in written["pretrained_cfg"].items() if hasattr(config, k)}
        theirs = replace(config, **known)
    except (AttributeError, OSError, TypeError, ValueError) as error:
        raise InputError(f"{beside}: cannot be read ({error}); mend it or take it away") from error
    if written.get("architecture") != config.architecture:
        raise InputError(
            f"{beside}: of {written.get('architecture')}, not of {config.architecture}; mend "
            "`architecture:` or `weights:`"
        )
    return theirs


def _loaded(architecture: str, weights: str, size: int, config: Any) -> nn.Module:
    """Return timm's model with its pretrained weights, and with the head that they have, if any.

    timm loads them: it converts old names and formats, and resamples what depends on the size. It
    is strict about names and shapes, since the number of classes is that of the weights.
    """
    settings = {"pretrained": True, **fixed_to(architecture, size)}
    if is_weights_file(weights):
        return _from_file(architecture, weights, settings, config)
    file = _cached(config)
    # Without the overlay, timm asks the hub for a newer file first, and waits for a network.
    overlay = {"file": file} if file else {}
    try:
        return _create(architecture, settings, overlay)
    except Exception as error:  # the hub's client and timm raise exceptions of many types
        raise _not_found(architecture, file, config, error) from error


def _from_file(architecture: str, path: str, settings: dict[str, Any], config: Any) -> nn.Module:
    """Return timm's model with the weights of a file of the user's."""
    try:
        state = timm().models.load_state_dict(path)
    except Exception as error:  # loaders raise exceptions of many types
        raise InputError(
            f"weights {path}: cannot be read ({_line(error)}); is it a state dict?"
        ) from error
    names = config.classifier or ()
    names = (names,) if isinstance(names, str) else names
    heads = [state[f"{name}.weight"] for name in names if f"{name}.weight" in state]
    first = None
    for classes in (len(heads[0]) if heads else config.num_classes, 0):  # or without a head
        overlay = {"file": path, "num_classes": classes, "label_offset": 0}
        try:
            with _missing() as missing:
                model = _create(architecture, settings, overlay)
        except Exception as error:  # timm's conversions raise exceptions of many types
            first = first or _difference(error)
            continue
        if not missing:
            return model
        first = first or f"they lack {missing[0]}"
    raise InputError(f"weights {path} are not of {architecture}: {first}")


@contextmanager
def _missing() -> Iterator[list[str]]:
    """Collect the names of weights that a model has and a file lacks, in a new list.

    For some architectures timm does not mind: it leaves such weights as they are, at random.
    """
    names, load = [], nn.Module.load_state_dict

    def recorded(*arguments: Any, **named: Any) -> Any:
        result = load(*arguments, **named)
        names.extend(result.missing_keys)
        return result

    nn.Module.load_state_dict = recorded
    try:
        yield names
    finally:
        nn.Module.load_state_dict = load


def _create(architecture: str, settings: dict[str, Any], overlay: dict[str, Any]) -> nn.Module:
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()  # the log is a file
    logging.getLogger("timm").setLevel(logging.ERROR)  # of names it tells hundreds; we tell one
    name = architecture.removeprefix(TIMM)
    return timm().create_model(name, pretrained_cfg_overlay=overlay, **settings)


def _cached(config: Any) -> str | None:
    """Return the file of the weights in the hub's cache; None if it is not there."""
    from huggingface_hub import try_to_load_from_cache

    if not config.hf_hub_id or config.custom_load:
        return None
    repository, _, revision = config.hf_hub_id.partition("@")
    names = [config.hf_hub_filename] if config.hf_hub_filename else FILES
    paths = [try_to_load_from_cache(repository, name, revision=revision or None) for name in names]
    return next((path for path in paths if isinstance(path, str)), None)


def _not_found(architecture: str, file: str | None, config: Any, error: Exception) -> InputError:
    """Return the error of pretrained weights that cannot be loaded."""
    from huggingface_hub.constants import HF_HUB_CACHE

    if file:
        return InputError(
            f"weights of {architecture}: {file} cannot be used ({_difference(error)}); delete it, "
            "and they are downloaded again"
        )
    if config.hf_hub_id:
        folder = f"models--{config.hf_hub_id.partition('@')[0].replace('/', '--')}"
        where = f"the folder {folder} of a hub's cache into {HF_HUB_CACHE}, or set HF_HOME"
    else:
        where = f"{Path(config.url).name} into {Path(torch.hub.get_dir(), 'checkpoints')}"
    return InputError(
        f"weights of {architecture}: cannot be downloaded ({_line(error.__cause__ or error)}); "
        f"without a network put {where} or `weights:` to a file"
    )


def _difference(error: Exception) -> str:
    """Return the first difference that PyTorch names, below a line that says there are some."""
    lines = str(error).splitlines()
    return " ".join(lines[1].split())[:300] if len(lines) > 1 else _line(error)


def _line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
