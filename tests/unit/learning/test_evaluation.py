from dataclasses import replace

import numpy as np
import pytest
import torch

from cbal.learning.device import Execution
from cbal.learning.evaluation import evaluate
from cbal.models.model import Spec
from cbal.pool import state as pools
from cbal.pool.metrics import label_metrics
from cbal.pool.state import CLUSTER, INDIVIDUAL, PSEUDO


class Fixed(torch.nn.Module):
    """A model with fixed logits, whatever the images."""

    def __init__(self, logits):
        super().__init__()
        self.logits = torch.tensor(logits)
        self.start = 0

    def forward(self, x):
        part = self.logits[self.start : self.start + len(x)]
        self.start += len(x)
        return part


class Rows:
    """A stand-in for n images."""

    spec = Spec("none", 3, 3, 8)

    def __init__(self, n):
        self.n = n

    def in_order(self, size):
        yield from torch.zeros(self.n, 1).split(size)


def test_accuracy_and_loss_by_hand():
    model = Fixed([[0.0, 0.0, 2.0], [1.0, 0.0, 0.0], [0.0, 3.0, 0.0]])
    execution = Execution(torch.device("cpu"), batch_size=2)
    accuracy, loss = evaluate(model, Rows(3), np.array([2, 0, 0], np.int16), execution)
    assert accuracy == 2 / 3
    log_softmax = [
        np.log(np.exp(a) / np.exp(b).sum())
        for a, b in [(2, np.array([0, 0, 2])), (1, np.array([1, 0, 0])), (0, np.array([0, 3, 0]))]
    ]
    np.testing.assert_allclose(loss, -np.mean(log_softmax), rtol=1e-6)


def test_label_metrics_by_hand():
    pool = replace(
        pools.initial(np.arange(9)),
        label=np.array([0, 1, 1, -1, 2, 0, 1, 2, 2], np.int16),
        kind=np.array([INDIVIDUAL, *[CLUSTER] * 2, 0, CLUSTER, *[PSEUDO] * 4], np.int8),
        individual=1,
        cluster=4,
        weight=np.array([1, 0, 0, 0, 0.5, *[1] * 4], np.float32),
    )
    metrics = label_metrics(pool, np.array([0, 1, 0, 0, 2, 0, 1, 2, 0], np.int16))
    assert metrics == {
        "images": 9,
        "interactions": 5,
        "interactions_individual": 1,
        "interactions_cluster": 4,
        "images_individual": 1,
        "images_cluster": 3,
        "images_pseudo": 4,
        "cluster_accuracy": 2 / 3,
        "pseudo_accuracy": 3 / 4,
        "images_left_out": 2,
        "left_out_accuracy": 1 / 2,
    }


@pytest.mark.parametrize("name", ["cluster_accuracy", "pseudo_accuracy", "left_out_accuracy"])
def test_without_labels_of_a_kind_their_accuracy_is_unknown(name):
    assert label_metrics(pools.initial(np.arange(3)), np.zeros(3))[name] is None
