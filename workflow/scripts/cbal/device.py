"""The one place that chooses where tensors live."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from cbal.errors import InputError


def choose(threads: int) -> torch.device:
    """Return the GPU when there is one, else the CPU with `threads` threads.

    On a CPU the same number of threads gives the same bits.
    """
    torch.set_num_threads(threads)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@contextmanager
def enough_memory(advice: str) -> Iterator[None]:
    """Turn a GPU's lack of memory into an `InputError` that ends in `advice`."""
    try:
        yield
    except torch.cuda.OutOfMemoryError as error:
        raise InputError(f"the GPU's memory is too small: {advice}") from error


def describe(device: torch.device) -> str:
    """Return a name for the timing table."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"cpu, {torch.get_num_threads()} threads"


def peak_memory_mb(device: torch.device) -> float:
    """Return the peak memory in MB: of the GPU where there is one, else of the process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 1e6
    import resource
    import sys

    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def wait(device: torch.device) -> None:
    """Wait for what is queued on the device, so that a clock read next is right."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
