"""Check a model's settings, with the library that has the model."""

import hashlib
import importlib.metadata
import importlib.util
import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import Any

from cbal.models.names import INSTALL_TIMM, is_timm
from cbal.models.text_names import ENCODERS, INSTALL_TEXT, SENTENCES
from cbal.models.trainable import is_module
from cbal.models.weights_paths import is_weights_file
from orchestration.planning.kinds import NO_ENCODER
from orchestration.planning.mistakes import SettingsError

SCRIPTS = Path(__file__).parents[2] / "scripts"
CHECKED = Path(".snakemake", "checked-models")
USUAL_SIZE = 224
FLAGS = ("--architecture", "--weights", "--image-size", "--trainable")

Config = dict[str, Any]


def fill_in_sizes(models: dict[str, Config]) -> None:
    """Fill in the image sizes that are not set, in place; those of timm are known only later."""
    for model in models.values():
        if model["image_size"] is None and not is_timm(model["architecture"]):
            model["image_size"] = USUAL_SIZE


def check_model(where: str, model: Config) -> int:
    """Check a model's architecture, weights, image size and trained part with its library.

    The size of a model of timm is filled in if it is not set.

    Returns:
        Bytes that an image's activations take at least, where a named module is trained; 0 if
        none is, or if the library cannot be asked.

    Raises:
        SettingsError: one of them is wrong, or timm is not installed.
    """
    weights, architecture = model["weights"], model["architecture"]
    trainable = model["trainable"] if is_module(model["trainable"]) else ""
    if architecture == SENTENCES:
        _check_sentences(where, weights)
    if architecture == NO_ENCODER or architecture in ENCODERS:
        return 0
    if architecture == "convnet":
        if weights != "none":
            raise SettingsError(f"{where}.weights: convnet starts from random weights; write none")
        if model["preprocessing"]:
            raise SettingsError(f"{where}.preprocessing: convnet has none to change; take it out")
        if not trainable:
            return 0
    if is_weights_file(weights) and not Path(weights).exists():
        raise SettingsError(f"{where}.weights: {weights} does not exist; mend the path")
    # Without torchvision, only jobs have the libraries: in an environment of conda.
    if importlib.util.find_spec("torchvision") is None:
        if model["image_size"] is None:
            raise SettingsError(
                f"{where}.image_size: timm cannot be asked where Snakemake runs; write the size"
            )
        return 0
    words = [architecture, weights, str(model["image_size"] or ""), trainable]
    answer = [int(word) for word in _asked(where, words).split()]
    model["image_size"] = model["image_size"] or answer[0]
    return answer[-1] if trainable else 0


def _check_sentences(where: str, weights: str) -> None:
    """Check that sentence-transformers is installed, and that a folder of a model is there."""
    is_path = weights.startswith(("/", ".", "~"))
    if is_path and not Path(weights).expanduser().is_dir():
        raise SettingsError(f"{where}.weights: {weights} is no folder; mend the path")
    # Without torch, only jobs have the libraries: in an environment of conda.
    if importlib.util.find_spec("torch") and not importlib.util.find_spec("sentence_transformers"):
        raise SettingsError(
            f"{where}.architecture: sentence-transformers is not installed; run `{INSTALL_TEXT}`"
        )


def _asked(where: str, words: list[str]) -> str:
    """Return what `fetch_weights.py --check` prints.

    That is the size of the images for a model of timm, and then the bytes of an image's
    activations where a named module is trained.

    Importing a library of models takes seconds, so an answer is remembered in `CHECKED`.

    Args:
        where: key of the model, for errors.
        words: for `FLAGS`, in their order; "" where a flag is not given.
    """
    architecture, weights, *_ = known = list(words)
    if is_timm(architecture):
        if importlib.util.find_spec("timm") is None:
            raise SettingsError(
                f"{where}.architecture: timm is not installed; run `{INSTALL_TIMM}`"
            )
        known += [importlib.metadata.version("timm"), *_times(weights)]
    checked = CHECKED / hashlib.sha256("\0".join(known).encode()).hexdigest()[:12]
    if checked.exists():
        return checked.read_text()
    flags = [(flag, word) for flag, word in zip(FLAGS, words) if word]
    command = [sys.executable, SCRIPTS / "fetch_weights.py", "--check", *chain(*flags)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["the library of models cannot be asked"])[-1]
        raise SettingsError(f"{where}: {last.removeprefix('error: ')}")
    checked.parent.mkdir(parents=True, exist_ok=True)
    checked.write_text(result.stdout)
    return result.stdout


def _times(weights: str) -> list[str]:
    """Return the time of change of the configuration beside a file of weights, if there is one."""
    beside = Path(weights).parent / "config.json"
    exists = is_weights_file(weights) and beside.exists()
    return [str(beside.stat().st_mtime_ns)] if exists else []
