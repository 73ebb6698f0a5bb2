"""What a word in the settings is: a name, or a path."""

SUFFIXES = (".pth", ".pt", ".safetensors")


def is_weights_file(weights: str) -> bool:
    """Whether `weights` is a path and not torchvision's name of weights."""
    return weights.endswith(SUFFIXES) or "/" in weights
