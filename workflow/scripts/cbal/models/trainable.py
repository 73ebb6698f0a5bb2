"""Telling what a round trains: all of a model, its head, or a part from a named module on."""

ALL, HEAD = "all", "head"


def is_module(trainable: str) -> bool:
    """Return whether `trainable:` of a model names a module from which on it is trained."""
    return trainable not in (ALL, HEAD)
