"""Names of architectures, told apart without importing the library that has the model."""

TIMM = "timm:"
INSTALL_TIMM = "python -m pip install -c envs/constraints.txt -r envs/requirements-timm.txt"


def is_timm(architecture: str) -> bool:
    """Return whether an architecture is a model of timm, written `timm:NAME`."""
    return architecture.startswith(TIMM)
