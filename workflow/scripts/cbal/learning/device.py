"""Choice of the device, the precision, and the memory for images; no other file chooses these."""

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
from cbal.storage.locks import lock
from cbal.wording import counted

# Pixels of a forward pass on a CPU: the fastest number, measured on ResNet-18 at 64 and 224.
PIXELS_AT_ONCE = 400_000
FEWEST, MOST = 8, 256  # limits of the images of a forward pass

_lock_files: list[
    int
] = []  # locked files, held until this process ends; they say which GPU it uses


@dataclass(frozen=True)
class Execution:
    """How a job uses its device.

    Attributes:
        device: device of the model.
        dtype: type of activations in the forward pass; weights are float32.
        compiled: whether the model is compiled with `torch.compile`.
        cuda_graphs: whether training steps run as one CUDA graph.
        batch_size: images of a forward pass without training; None chooses it for the device.
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
        # Cast weights are not cached, since a captured CUDA graph must cast them in each step.
        return torch.autocast(
            self.device.type, torch.bfloat16, enabled=enabled, cache_enabled=False
        )

    def forward_batch_size(self, image_size: int) -> int:
        """Return the number of images of a forward pass, given their side in pixels."""
        if self.batch_size is not None:
            return self.batch_size
        if self.device.type == "cuda":
            return MOST
        return min(max(PIXELS_AT_ONCE // image_size**2, FEWEST), MOST)


def choose(threads: int, jobs: int = 1) -> torch.device:
    """Return a GPU when there is one, else the CPU with `threads` threads.

    On a CPU the same number of threads gives the same results, bit by bit.

    Args:
        threads: threads of PyTorch on the CPU.
        jobs: number of jobs that share this machine's GPUs. They are spread over the GPUs, and
            each may use only its share of the memory of its GPU.
    """
    torch.set_num_threads(threads)
    if not torch.cuda.is_available():
        return torch.device("cpu")
    gpus = torch.cuda.device_count()
    device = torch.device("cuda", _free_place(max(jobs, gpus)) % gpus if gpus > 1 else 0)
    torch.cuda.set_device(device)
    torch.cuda.set_per_process_memory_fraction(_share(jobs), device)
    torch.backends.cudnn.benchmark = True  # batches have the same shape
    return device


def _share(jobs: int) -> float:
    """Return the share of a GPU that each of the jobs on this machine may use."""
    return min(1.0, torch.cuda.device_count() / jobs)


def _free_place(places: int) -> int:
    """Lock and return the first number below `places` that no process of this user holds."""
    for place in range(places):
        path = Path(tempfile.gettempdir(), f"cbal-gpu-{os.getuid()}-{place}")
        file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        if lock(file):
            _lock_files.append(file)
            return place
        os.close(file)
    return os.getpid() % places  # there are more jobs than `jobs` said


def room(device: torch.device, percent: float, jobs: int, memory_mb: float) -> float:
    """Return the bytes on the device that the pool's images may take.

    Args:
        device: as returned by `choose`.
        percent: percent of this job's memory that images may take.
        jobs: number of jobs that share this machine's GPUs.
        memory_mb: main memory of this job in MB, which is used on a CPU.
    """
    if device.type == "cuda":
        whole = torch.cuda.get_device_properties(device).total_memory * _share(jobs)
    else:
        whole = memory_mb * 1e6
    return whole * percent / 100


def precision(name: str, device: torch.device) -> torch.dtype:
    """Return the type of activations; `auto` is bfloat16 on a GPU with hardware for it.

    Args:
        name: auto, float32 or bfloat16.
        device: as returned by `choose`.
    """
    if name == "auto":
        fast = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if fast else torch.float32
    return {"float32": torch.float32, "bfloat16": torch.bfloat16}[name]


def moved(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Copy a tensor from the CPU to the device, from pinned memory and without waiting."""
    if device.type == "cpu":
        return tensor
    return tensor.pin_memory().to(device, non_blocking=True)


class Download:
    """A copy of tensors to the CPU that runs while the device computes."""

    def __init__(self, *tensors: torch.Tensor):
        """Start copying the tensors, which may still be being computed."""
        self.copies = [tensor.to("cpu", non_blocking=True) for tensor in tensors]
        self.event = torch.cuda.Event() if tensors[0].is_cuda else None
        if self.event:
            self.event.record()

    def finish(self) -> tuple[np.ndarray, ...]:
        """Wait for the copy and return the tensors as arrays."""
        if self.event:
            self.event.synchronize()
        return tuple(copy.numpy() for copy in self.copies)


@contextmanager
def enough_memory(advice: str) -> Iterator[None]:
    """Raise an `InputError` that ends in `advice` where the GPU runs out of memory."""
    try:
        yield
    except torch.cuda.OutOfMemoryError as error:
        raise InputError(f"the GPU's memory is too small: {advice}") from error


def describe(device: torch.device) -> str:
    """Return the name of the device for the timing table."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"cpu, {counted(torch.get_num_threads(), 'thread')}"


def peak_memory_mb(device: torch.device) -> float:
    """Return the peak memory in MB, of the GPU where there is one, else of the process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 1e6
    return memory.peak_mb()


def wait(device: torch.device) -> None:
    """Wait for all work queued on the device, so that a clock read afterwards is right."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
