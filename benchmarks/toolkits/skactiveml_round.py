"""One round with scikit-activeml, written like its documentation of deep active learning."""

import numpy as np
import torch
from skactiveml.classifier import SkorchClassifier
from skactiveml.pool import UncertaintySampling, uncertainty_scores
from skactiveml.utils import simple_batch
from torch import nn
from torch.nn import functional

from benchmarks.toolkits.rounds import MEAN, STD, Clock, initial_model, run
from benchmarks.toolkits.task import Task

MISSING = -1


class Classifier(nn.Module):
    """The initial model behind a layer that resizes and normalises.

    scikit-activeml takes samples as one array. Resized beforehand, 11,000 images of 224 x 224
    would be 6.6 GB of it.
    """

    def __init__(self, task: Task):
        super().__init__()
        self.model = initial_model(task)
        self.side = task.image_size
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return logits of float32[n, H, W, 3], pixels from 0 to 255."""
        x = x.permute(0, 3, 1, 2) / 255
        x = functional.interpolate(x, (self.side, self.side), mode="bilinear", antialias=True)
        return self.model((x - self.mean) / self.std)


def one_round(task: Task) -> dict[str, float]:
    """Train, evaluate, query, label the most uncertain; return times and results."""
    clock = Clock()
    images, labels = np.load(task.images), np.load(task.labels)
    pool, truth = images[: task.train], labels[: task.train]
    y = np.full_like(truth, MISSING)
    labeled = np.load(task.labeled)
    y[labeled] = truth[labeled]
    strategy = UncertaintySampling(method="entropy", missing_label=MISSING, random_state=task.seed)
    classifier = make_classifier(task)
    torch.manual_seed(task.seed)
    with clock.stage("training"):
        # All samples go in, and become float32 before the unlabeled ones are left out.
        classifier.fit(pool, y)
    with clock.stage("evaluation"):
        accuracy = classifier.score(images[task.train :], labels[task.train :])
    classifier.predict_proba = clock.timed("prediction", classifier.predict_proba)
    with clock.stage("query"):
        # The strategy picks one sample after the other, and keeps the scores after each pick.
        chosen = strategy.query(pool, y, classifier, fit_clf=False, batch_size=task.query)
        y[chosen] = truth[chosen]
    clock.seconds["query"] -= clock.seconds["prediction"]
    return {**clock.seconds, "accuracy": accuracy, "labeled": int((y != MISSING).sum())}


def make_classifier(task: Task) -> SkorchClassifier:
    """Return the classifier with its training parameters."""
    parameters = {
        "module__task": task,
        "max_epochs": task.epochs,
        "batch_size": task.batch_size,
        "optimizer": torch.optim.SGD,
        "lr": task.learning_rate,
        "optimizer__momentum": task.momentum,
        "optimizer__weight_decay": task.weight_decay,
        "verbose": 0,
        "device": "cuda" if torch.cuda.is_available() else "cpu",
        "train_split": False,
        "iterator_train__shuffle": True,
    }
    return SkorchClassifier(
        module=Classifier,
        criterion=nn.CrossEntropyLoss,
        neural_net_param_dict=parameters,
        classes=np.arange(task.classes),
        missing_label=MISSING,
        random_state=task.seed,
    )


def most_uncertain(probabilities: np.ndarray, n: int) -> np.ndarray:
    """Return the rows that scikit-activeml would ask for, given float32[rows, classes]."""
    return simple_batch(uncertainty_scores(probabilities, method="entropy"), 0, batch_size=n)


if __name__ == "__main__":
    run(one_round)
