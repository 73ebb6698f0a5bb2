"""Training and extraction in images per second, compared with the code that a user would write.

The ways, on the same random images of 32 x 32 pixels, alternately in one process:

plain   a torchvision dataset and transforms, a DataLoader with as many workers as cores, float32
tuned   the same with channels_last, pinned memory and bfloat16 (on a CPU float32)
ours    `cbal.learning.training.fit` and `cbal.learning.extraction.extract`; on a GPU also in
        float32, with CUDA graphs, and compiled

The limit is the time of the convolutions' and the head's operations at the rate of a large
product of matrices, or of their inputs, weights and outputs at the rate of a copy, whichever
is longer, layer by layer; both rates are measured in the same run. Training counts three
times the operations of a forward pass.
"""

import argparse
from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter

import numpy as np
import torch
from torch import nn

from benchmarks.loader_loop import Loop
from benchmarks.report import cores, report
from cbal.learning import device as devices
from cbal.learning.batches import Batches
from cbal.learning.device import Execution, wait
from cbal.learning.extraction import extract
from cbal.learning.training import Training, fit
from cbal.models.model import initial, spec_for

CLASSES = 10
STAGES = ("train", "extract")


def main() -> None:
    """Measure all ways at all sides and print a table for each stage."""
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("--architecture", default="resnet18")
    cli.add_argument("--sides", type=int, nargs="+", default=[64, 224], help="pixels")
    cli.add_argument("--batch-size", type=int, default=32, help="of training")
    cli.add_argument("--seconds", type=float, default=10, help="of a measurement, about")
    cli.add_argument("--repeats", type=int, default=3)
    cli.add_argument("--threads", type=int, default=cores())
    arguments = cli.parse_args()
    device = devices.choose(arguments.threads)
    rows: dict[str, list[dict]] = {stage: [] for stage in STAGES}
    for side in arguments.sides:
        for stage in STAGES:
            rows[stage] += measure(arguments, device, stage, side)
    for stage in STAGES:
        title = f"{stage}: images per second, {arguments.architecture}, {devices.describe(device)}"
        report(f"learning-{stage}", title, rows[stage])


def measure(
    arguments: argparse.Namespace, device: torch.device, stage: str, side: int
) -> list[dict]:
    """Return a row for each way: its images per second, and ratios to the others."""
    ways = dict(ways_of(arguments, device, stage, side))
    # The plain loop decides how many images take the wanted seconds.
    probe = 2 * arguments.batch_size
    first = next(iter(ways.values()))
    first(probe)
    n = max(probe, int(arguments.seconds * probe / timed(first, probe, device)))
    n -= n % arguments.batch_size
    times: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way(n if device.type == "cuda" else probe)  # warm up: algorithms, workers, compiled code
    for _ in range(arguments.repeats):
        for name, way in ways.items():
            times[name].append(timed(way, n, device))
    rate = {name: n / median(values) for name, values in times.items()}
    bound = limit(arguments, device, stage, side)
    return [
        {
            "side": side,
            "way": name,
            "images": n,
            "images/s": rate[name],
            "x plain": rate[name] / rate["plain"],
            "x tuned": rate[name] / rate["tuned"],
            "of the limit": rate[name] / bound,
            "limit, images/s": bound,
        }
        for name in ways
    ]


def ways_of(
    arguments: argparse.Namespace, device: torch.device, stage: str, side: int
) -> Iterator[tuple[str, Callable[[int], None]]]:
    """Yield each way's name and the function that trains on, or extracts, n images."""
    images = np.random.default_rng(0).integers(0, 256, (50_000, 32, 32, 3), dtype=np.uint8)
    labels = (np.arange(len(images)) % CLASSES).astype(np.int16)
    spec = spec_for(arguments.architecture, CLASSES, 3, side)
    workers = arguments.threads
    for name in ("plain", "tuned"):
        loop = Loop(images, labels, spec, device, arguments.batch_size, workers, name == "tuned")
        yield name, getattr(loop, stage)
    auto = devices.precision("auto", device)
    executions = {"ours": Execution(device, auto)}
    if device.type == "cuda":
        executions["ours, float32"] = Execution(device)
        executions["ours, CUDA graphs"] = Execution(device, auto, cuda_graphs=True)
        executions["ours, compiled"] = Execution(device, auto, compiled=True)
    for name, execution in executions.items():
        model = initial(spec, None, 0).to(device)
        if stage == "train":
            how = Training(1, arguments.batch_size, 0.001, 0.9, 5e-4)
            yield name, Ours(images, labels, model, spec, execution, how).train
        elif not execution.cuda_graphs:
            yield name, Ours(images, labels, model, spec, execution).extract


class Ours:
    """The library's own training and extraction."""

    def __init__(self, images, labels, model, spec, execution: Execution, how=None):
        self.images, self.labels, self.model = images, labels, model
        self.spec, self.execution, self.how = spec, execution, how

    def train(self, n: int) -> None:
        """Train for one epoch on n images."""
        rng = np.random.default_rng(0)
        fit(self.model, self._batches(n), self.labels[:n], self.how, rng, self.execution)

    def extract(self, n: int) -> None:
        """Extract features of n images."""
        for _ in extract(self.model, self._batches(n), self.execution):
            pass

    def _batches(self, n: int) -> Batches:
        return Batches(self.images, np.arange(n), self.spec, self.execution.device)


def timed(way: Callable[[int], None], n: int, device: torch.device) -> float:
    """Return the seconds that a way takes for n images."""
    wait(device)
    start = perf_counter()
    way(n)
    wait(device)
    return perf_counter() - start


def limit(arguments: argparse.Namespace, device: torch.device, stage: str, side: int) -> float:
    """Return the images per second that the device's rates allow."""
    dtype = devices.precision("auto", device)
    operations, bandwidth = matrix_rate(device, dtype), copy_rate(device)
    model = initial(spec_for(arguments.architecture, CLASSES, 3, side), None, 0).eval()
    seconds, n = [], arguments.batch_size

    def count(module: nn.Module, inputs: tuple[torch.Tensor], output: torch.Tensor) -> None:
        work = 2 * output.numel() * module.weight[0].numel() / operations
        moved = inputs[0].numel() + output.numel() + module.weight.numel()
        seconds.append(max(work, moved * dtype.itemsize / bandwidth))

    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.register_forward_hook(count)
    with torch.inference_mode():
        model(torch.zeros(n, 3, side, side))
    return n / sum(seconds) / (3 if stage == "train" else 1)


def matrix_rate(device: torch.device, dtype: torch.dtype) -> float:
    """Return the operations per second of a large product of matrices."""
    size = 8192 if device.type == "cuda" else 2048
    a = torch.randn(size, size, device=device, dtype=dtype)
    return 2 * size**3 / best(lambda: a @ a, device)


def copy_rate(device: torch.device) -> float:
    """Return the bytes per second, read and written, of a large copy."""
    a = torch.zeros(2**28 if device.type == "cuda" else 2**26, device=device)
    b = torch.empty_like(a)
    return 2 * a.numel() * a.itemsize / best(lambda: b.copy_(a), device)


def best(work: Callable[[], object], device: torch.device) -> float:
    """Return the shortest of ten times, after a warm-up."""
    work()
    times = []
    for _ in range(10):
        wait(device)
        start = perf_counter()
        work()
        wait(device)
        times.append(perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    main()
