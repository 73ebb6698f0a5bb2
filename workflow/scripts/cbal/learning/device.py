"""The one place that chooses where tensors live, how precise they are, and how many fit."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from cbal.errors import InputError
from cbal.learning import memory

# Pixels of a forward pass that a CPU's caches like best, measured on ResNet-18 at 64 and 224.
PIXELS_AT_ONCE = 400_000
FEWEST, MOST = 8, 256  # images of a forward pass

_held: list[int] = []  # locked files that say which GPU this process uses, until it ends


@dataclass(frozen=True)
class Execution:
    """How a job uses its device.

    Attributes:
        device: where the model is.
        dtype: of activations in the forward pass; weights are float32.
        compiled: whether `torch.compile` makes the forward and backward passes.
        cuda_graphs: whether a step of training is replayed as one CUDA graph.
        batch_size: images of a forward pass without training; None lets the device decide.
        room: bytes on the device that the pool's images may take.
    """

    device: torch.device
    dtype: torch.dtype = torch.float32
    compiled: bool = False
    cuda_graphs: bool = False
    batch_size: int | None = None
    room: float = float("inf")

    def autocast(self) -> torch.autocast:
        """Return the context in which activations have `dtype`."""
        enabled = self.dtype != torch.float32
        # Cast weights are not cached: a captured CUDA graph must cast them anew.
        return torch.autocast(
            self.device.type, torch.bfloat16, enabled=enabled, cache_enabled=False
        )

    def forward_batch_size(self, image_size: int) -> int:
        """Return the images of a forward pass, given the side of what the model sees."""
        if self.batch_size is not None:
            return self.batch_size
        if self.device.type == "cuda":
            return MOST
        return min(max(PIXELS_AT_ONCE // image_size**2, FEWEST), MOST)


def choose(threads: int, jobs: int = 1) -> torch.device:
    """Return a GPU when there is one, else the CPU with `threads` threads.

    On a CPU the same number of threads gives the same bits.

    Args:
        threads: of PyTorch on the CPU.
        jobs: that share this machine's GPUs: they spread over them, and each is held to
            its part of its GPU's memory.
    """
    torch.set_num_threads(threads)
    if not torch.cuda.is_available():
        return torch.device("cpu")
    gpus = torch.cuda.device_count()
    device = torch.device("cuda", _free_place(max(jobs, gpus)) % gpus if gpus > 1 else 0)
    torch.cuda.set_device(device)
    torch.cuda.set_per_process_memory_fraction(_part(jobs), device)
    torch.backends.cudnn.benchmark = True  # batches have the same shape
    return device


def _part(jobs: int) -> float:
    """Return which part of a GPU a job has, where jobs share this machine's GPUs."""
    return min(1.0, torch.cuda.device_count() / jobs)


def _free_place(places: int) -> int:
    """Return the first number below `places` that no other process of this user holds."""
    for place in range(places):
        path = Path(tempfile.gettempdir(), f"cbal-gpu-{os.getuid()}-{place}")
        file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
        else:
            _held.append(file)
            return place
    return os.getpid() % places  # more jobs than were told of


def room(device: torch.device, percent: float, jobs: int, memory_mb: float) -> float:
    """Return the bytes on the device that the pool's images may take.

    Args:
        device: of `choose`.
        percent: of this job's memory that images may take.
        jobs: that share this machine's GPUs.
        memory_mb: main memory of this job in MB, which is what counts on a CPU.
    """
    if device.type == "cuda":
        whole = torch.cuda.get_device_properties(device).total_memory * _part(jobs)
    else:
        whole = memory_mb * 1e6
    return whole * percent / 100


def precision(name: str, device: torch.device) -> torch.dtype:
    """Return the type of activations: `auto` is bfloat16 on a GPU that computes with it.

    Args:
        name: auto, float32 or bfloat16.
        device: of `choose`.
    """
    if name == "auto":
        fast = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if fast else torch.float32
    return {"float32": torch.float32, "bfloat16": torch.bfloat16}[name]


def moved(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Bring a tensor of the CPU to the device; nobody waits, since its memory is pinned."""
    if device.type == "cpu":
        return tensor
    return tensor.pin_memory().to(device, non_blocking=True)


class Download:
    """Tensors on their way to the CPU while the device goes on."""

    def __init__(self, *tensors: torch.Tensor):
        """Start copying what is being computed."""
        self.copies = [tensor.to("cpu", non_blocking=True) for tensor in tensors]
        self.event = torch.cuda.Event() if tensors[0].is_cuda else None
        if self.event:
            self.event.record()

    def finish(self) -> tuple[np.ndarray, ...]:
        """Return the tensors as arrays, once they have arrived."""
        if self.event:
            self.event.synchronize()
        return tuple(copy.numpy() for copy in self.copies)


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
    return memory.peak_mb()


def wait(device: torch.device) -> None:
    """Wait for what is queued on the device, so that a clock read next is right."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
