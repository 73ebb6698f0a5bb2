"""Telling paths to weights from torchvision's names of weights."""

SUFFIXES = (".pth", ".pt", ".safetensors")


def is_weights_file(weights: str) -> bool:
    """Return whether `weights` is a path, not one of torchvision's names of weights."""
    return weights.endswith(SUFFIXES) or "/" in weights
