"""Test accuracy in bfloat16 and in float32, from the same seeds.

Without `--data`, scikit-learn's digits and the small convnet; with it, a folder that
`prepare_data.py` made, as `data/eurosat`, and any architecture. All training images are
labeled, or `--labels` of them.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from benchmarks.report import cores, report
from cbal.learning import device as devices
from cbal.learning.batches import Batches
from cbal.learning.device import Execution
from cbal.learning.evaluation import evaluate
from cbal.learning.training import Training, fit
from cbal.models.model import initial, spec_for
from cbal.storage.files import metadata_of, open_images, read_table, samples_of


def main() -> None:
    """Train with both types from each seed and print a table."""
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("--data", type=Path, help="folder of index, truth and images")
    cli.add_argument("--labels", type=int, help="training images that are labeled")
    cli.add_argument("--architecture", default="convnet")
    cli.add_argument("--weights", type=Path, help="file made by fetch_weights.py")
    cli.add_argument("--image-size", type=int, default=8)
    cli.add_argument("--epochs", type=int, default=12)
    cli.add_argument("--batch-size", type=int, default=32)
    cli.add_argument("--learning-rate", type=float, default=0.05)
    cli.add_argument("--seeds", type=int, default=3)
    cli.add_argument("--threads", type=int, default=cores())
    arguments = cli.parse_args()
    device = devices.choose(arguments.threads)
    data = prepared(arguments.data) if arguments.data else digits()
    rows = []
    for dtype in (torch.float32, torch.bfloat16):
        execution = Execution(device, dtype)
        runs = [one_run(arguments, data, execution, seed) for seed in range(arguments.seeds)]
        accuracy, seconds = np.array(runs).T
        rows.append(
            {
                "activations": str(dtype).removeprefix("torch."),
                "test accuracy, mean": accuracy.mean(),
                "sd": accuracy.std(ddof=1) if len(accuracy) > 1 else float("nan"),
                "by seed": ", ".join(f"{value:.4f}" for value in accuracy),
                "seconds of training": float(np.median(seconds)),
            }
        )
    title = f"{arguments.architecture} at {arguments.image_size} pixels, {arguments.seeds} seeds"
    report("precision", f"{title}, {devices.describe(device)}", rows)


Data = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]


def digits() -> Data:
    """Return images, labels, training and test samples, and the number of classes."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images = (bunch.images[..., None] * 255 / 16).astype(np.uint8)
    rows = np.random.default_rng(0).permutation(len(images))
    return images, bunch.target.astype(np.int16), rows[360:], rows[:360], 10


def prepared(folder: Path) -> Data:
    """Return the same of a folder that `prepare_data.py` made."""
    index = read_table(folder / "index.parquet", ["sample_id", "split"])
    truth = read_table(folder / "truth.parquet", ["label"])
    split = samples_of(index, "train"), samples_of(index, "test")
    labels = np.array(truth["label"].to_pylist(), np.int16)
    return open_images(folder / "images.npy"), labels, *split, len(metadata_of(truth)["classes"])


def one_run(
    arguments: argparse.Namespace, data: Data, execution: Execution, seed: int
) -> tuple[float, float]:
    """Return test accuracy, and the seconds of training."""
    images, labels, train, test, classes = data
    rng = np.random.default_rng(seed)
    train = rng.permutation(train)[: arguments.labels]
    size, weights = arguments.image_size, arguments.weights
    spec = spec_for(arguments.architecture, classes, images.shape[3], size, weights)
    model = initial(spec, weights, seed).to(execution.device)
    how = Training(arguments.epochs, arguments.batch_size, arguments.learning_rate, 0.9, 5e-4)
    start = time.perf_counter()
    batches = Batches(images, train, spec, execution.device)
    fit(model, batches, labels[train], how, rng, execution)
    devices.wait(execution.device)
    seconds = time.perf_counter() - start
    tested = Batches(images, test, spec, execution.device)
    return evaluate(model, tested, labels[test], execution)[0], seconds


if __name__ == "__main__":
    main()
