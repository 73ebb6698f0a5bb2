"""The task for all toolkits: the same data, model, training and number of queries."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Task:
    """One round, as the toolkits' processes read it from a JSON file.

    Attributes:
        images: path of uint8[n, H, W, 3] as .npy, training samples first.
        labels: path of int64[n] as .npy, their true labels.
        labeled: path of int64[m] as .npy, the training samples that have a label already.
        train: number of training samples; the others are test samples.
        classes: number of classes.
        image_size: side in pixels of what the model sees.
        weights: path of the pretrained backbone (safetensors), or None for random weights.
        model_seed: of the head, and of the backbone without weights.
        seed: of the order of the images.
        epochs, batch_size, learning_rate, momentum, weight_decay: of SGD.
        query: number of samples to ask for.
        workers: of a data loader, and threads of PyTorch.
    """

    images: str
    labels: str
    labeled: str
    train: int
    classes: int
    image_size: int
    weights: str | None
    model_seed: int
    seed: int
    epochs: int
    batch_size: int
    learning_rate: float
    momentum: float
    weight_decay: float
    query: int
    workers: int

    def write(self, path: Path) -> None:
        """Write the task to a JSON file."""
        path.write_text(json.dumps(asdict(self), indent=2))

    @staticmethod
    def read(path: Path) -> "Task":
        """Return the task that `write` wrote."""
        return Task(**json.loads(path.read_text()))
