"""A round that trains from a named module on, beside one that trains the whole network.

A round trains for `--epochs` on the labels, evaluates the test images, and extracts features and
probabilities of the pool. All ways alternate in one process, on the same random images. What is
before a module is computed once a data set, and its time is no part of a round.
"""

import argparse
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks.report import cores, report
from cbal.learning import device as devices
from cbal.learning.activations import activations
from cbal.learning.batches import Batches
from cbal.learning.device import Execution, wait
from cbal.learning.evaluation import evaluate
from cbal.learning.extraction import extract
from cbal.learning.training import Training, fit
from cbal.models.model import Spec, head, initial, spec_for
from cbal.models.splitting import split
from cbal.models.trainable import ALL
from cbal.storage.activations import write_activations
from cbal.storage.files import open_images

CLASSES = 10


def main() -> None:
    """Measure a round in all ways and print a table."""
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("--architecture", default="resnet18")
    cli.add_argument("--modules", nargs="+", default=["layer4"], help="to be trained from on")
    cli.add_argument("--side", type=int, default=64, help="of the images, in pixels")
    cli.add_argument("--labels", type=int, default=640)
    cli.add_argument("--pool", type=int, default=2000, help="images to extract features of")
    cli.add_argument("--test", type=int, default=500, help="images to evaluate on")
    cli.add_argument("--epochs", type=int, default=3)
    cli.add_argument("--batch-size", type=int, default=64, help="of training")
    cli.add_argument("--repeats", type=int, default=3)
    cli.add_argument("--threads", type=int, default=cores())
    arguments = cli.parse_args()
    device = devices.choose(arguments.threads)
    execution = Execution(device, devices.precision("auto", device))
    with tempfile.TemporaryDirectory() as folder:
        whole = whole_network(arguments, execution)
        ways = [whole, *(from_module(whole, m, Path(folder)) for m in arguments.modules)]
        rows = measure(arguments, ways)
    what = f"{arguments.architecture} at {arguments.side} pixels, {devices.describe(device)}"
    sizes = f"{arguments.labels} labels x {arguments.epochs} epochs, {arguments.test} test images"
    report("trainable", f"A round: {sizes}, a pool of {arguments.pool}; {what}", rows)


@dataclass
class Way:
    """A model, what it gets, and what that costs once.

    Attributes:
        model, spec: the network, or its part.
        inputs: images or activations.
        execution: how the device is used.
        once: seconds that the inputs took, None for images.
    """

    model: nn.Module
    spec: Spec
    inputs: np.ndarray
    execution: Execution
    once: float | None = None

    def batches(self, start: int, n: int) -> Batches:
        """Return n of the inputs."""
        rows = np.arange(start, start + n)
        return Batches(self.inputs, rows, self.spec, self.execution.device)


def whole_network(arguments: argparse.Namespace, execution: Execution) -> Way:
    """Return the whole network, and random images for training, evaluation and the pool."""
    n, side = arguments.labels + arguments.test + arguments.pool, arguments.side
    images = np.random.default_rng(0).integers(0, 256, (n, side, side, 3), dtype=np.uint8)
    spec = spec_for(arguments.architecture, CLASSES, 3, side)
    return Way(initial(spec, None, 0).to(execution.device), spec, images, execution)


def from_module(whole: Way, name: str, folder: Path) -> Way:
    """Return the network from a module on, and its activations in a file of `folder`."""
    spec, device = replace(whole.spec, trainable=name), whole.execution.device
    path, n = folder / f"{name}.npy", len(whole.inputs)
    frozen, _ = split(initial(whole.spec, None, 0), name, head(whole.model, CLASSES))
    batches = whole.batches(0, n)
    start = perf_counter()
    write_activations(path, n, lambda: activations(frozen.to(device), batches, whole.execution))
    once = perf_counter() - start
    model = initial(spec, None, 0).to(device)
    return Way(model, spec, open_images(path), whole.execution, once)


def measure(arguments: argparse.Namespace, ways: list[Way]) -> list[dict[str, Any]]:
    """Return a row for each way: the middle of its times, and ratios to the first."""
    times = {way.spec.trainable: [] for way in ways}
    for way in ways:
        one_round(arguments, way)  # warm up
    for _ in range(arguments.repeats):
        for way in ways:
            times[way.spec.trainable].append(one_round(arguments, way))
    middle = {name: [median(column) for column in zip(*rows)] for name, rows in times.items()}
    learned, extracted = arguments.labels * arguments.epochs, arguments.pool
    of_all = middle[ALL]
    return [
        {
            "trainable": way.spec.trainable,
            "training, images/s": learned / middle[way.spec.trainable][0],
            "training, x all": of_all[0] / middle[way.spec.trainable][0],
            "extraction, images/s": extracted / middle[way.spec.trainable][2],
            "extraction, x all": of_all[2] / middle[way.spec.trainable][2],
            "a round, s": sum(middle[way.spec.trainable]),
            "a round, x all": sum(of_all) / sum(middle[way.spec.trainable]),
            "once, s": float("nan") if way.once is None else way.once,
            "MB": way.inputs.nbytes / 1e6,
        }
        for way in ways
    ]


def one_round(arguments: argparse.Namespace, way: Way) -> list[float]:
    """Return the seconds of training, of evaluation and of extraction."""
    how = Training(arguments.epochs, arguments.batch_size, 1e-4, 0.9, 5e-4)
    rng, device = np.random.default_rng(0), way.execution.device
    labels = (np.arange(arguments.labels + arguments.test) % CLASSES).astype(np.int16)
    learned, tested = np.split(labels, [arguments.labels])
    clock = [perf_counter()]
    fit(way.model, way.batches(0, len(learned)), learned, how, rng, way.execution)
    clock.append(_now(device))
    evaluate(way.model, way.batches(len(learned), len(tested)), tested, way.execution)
    clock.append(_now(device))
    for _ in extract(way.model, way.batches(len(labels), arguments.pool), way.execution):
        pass
    clock.append(_now(device))
    return list(np.diff(clock))


def _now(device: torch.device) -> float:
    wait(device)
    return perf_counter()


if __name__ == "__main__":
    main()
