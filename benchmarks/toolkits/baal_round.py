"""One round with baal, written like its documentation and its CIFAR-10 experiment."""

import numpy as np
import torch
import torchmetrics
from baal import ModelWrapper
from baal.active import ActiveLearningDataset
from baal.active.active_loop import ActiveLearningLoop
from baal.active.heuristics import Entropy
from baal.modelwrapper import TrainingArgs
from PIL import Image
from torch import nn
from torch.utils.data import Dataset
from torchvision import transforms

from benchmarks.toolkits.rounds import MEAN, STD, Clock, initial_model, run
from benchmarks.toolkits.task import Task


class Images(Dataset):
    """Images in memory, one by one through PIL and a transform, as torchvision's CIFAR10."""

    def __init__(self, data: np.ndarray, targets: np.ndarray, transform: transforms.Compose):
        self.data, self.targets, self.transform = data, targets, transform

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, i: int) -> tuple[torch.Tensor, int]:
        return self.transform(Image.fromarray(self.data[i])), int(self.targets[i])


def one_round(task: Task) -> dict[str, float]:
    """Train, evaluate, predict the pool, label the most uncertain; return times and results."""
    clock = Clock()
    active_set, test_set = datasets(task)
    wrapper = wrapped_model(task)
    loop = ActiveLearningLoop(
        active_set,
        clock.timed("prediction", wrapper.predict_on_dataset),
        Entropy(),
        query_size=task.query,
        iterations=1,  # ResNet-18 has no dropout: further ones would be the same
    )
    torch.manual_seed(task.seed)
    with clock.stage("training"):
        wrapper.train_on_dataset(active_set)
    with clock.stage("evaluation"):
        wrapper.test_on_dataset(test_set)
    with clock.stage("query"):
        # baal simulates the annotator by the labels of the data set.
        loop.step()
    clock.seconds["query"] -= clock.seconds["prediction"]
    accuracy = wrapper.get_metrics("test")["test_accuracy"]
    return {**clock.seconds, "accuracy": accuracy, "labeled": len(active_set)}


def datasets(task: Task) -> tuple[ActiveLearningDataset, Images]:
    """Return the training set with its labels so far, and the test set."""
    transform = transforms.Compose(
        [
            transforms.Resize((task.image_size, task.image_size)),
            transforms.ToTensor(),
            transforms.Normalize(MEAN, STD),
        ]
    )
    images, labels = np.load(task.images), np.load(task.labels)
    train = Images(images[: task.train], labels[: task.train], transform)
    active_set = ActiveLearningDataset(train)
    active_set.label(np.load(task.labeled).tolist())
    return active_set, Images(images[task.train :], labels[task.train :], transform)


def wrapped_model(task: Task) -> ModelWrapper:
    """Return the initial model in baal's wrapper, with its optimizer."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = initial_model(task).to(device)
    optimizer = torch.optim.SGD(
        model.parameters(),
        lr=task.learning_rate,
        momentum=task.momentum,
        weight_decay=task.weight_decay,
    )
    # One batch size for training and prediction, and new workers for each epoch: baal's design.
    arguments = TrainingArgs(
        optimizer=optimizer,
        batch_size=task.batch_size,
        epoch=task.epochs,
        workers=task.workers,
        criterion=nn.CrossEntropyLoss(),
    )
    wrapper = ModelWrapper(model, arguments)
    # Not the Accuracy of baal, which is the mean of all batches, even if the last one is shorter.
    wrapper.add_metric(
        "accuracy",
        lambda: torchmetrics.Accuracy(task="multiclass", num_classes=task.classes).to(device),
    )
    return wrapper


def most_uncertain(probabilities: np.ndarray, n: int) -> np.ndarray:
    """Return the rows that baal would ask for, given float32[rows, classes]."""
    return Entropy()(probabilities)[:n]


if __name__ == "__main__":
    run(one_round)
