"""Telling paths to weights from names of pretrained weights."""

SUFFIXES = (".pth", ".pt", ".safetensors")


def is_weights_file(weights: str) -> bool:
    """Return whether `weights` is a path, not the name of pretrained weights."""
    return weights.endswith(SUFFIXES) or "/" in weights
