"""Weights of labels, smoothed labels and the robust loss, by hand and by PyTorch."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from cbal.learning.batches import Batches
from cbal.learning.device import Execution
from cbal.learning.forgiving import Forgiving
from cbal.learning.losses import loss_of, targets_of
from cbal.learning.training import Training, fit
from cbal.models import model as models
from cbal.pool import state as pools
from cbal.pool.state import CLUSTER, INDIVIDUAL, NONE, PSEUDO

ROWS = torch.arange(4)
LABELS = np.array([0, 1, 2, 2], np.int16)
ONES = np.ones(4, np.float32)
LOGITS = torch.tensor([[2.0, 0, -1], [0, 0, 0], [5, 1, -9], [-1, 0, 3]], requires_grad=True)


def loss(how, weight=ONES):
    return loss_of(LOGITS, targets_of(LABELS, weight, 3, how)(ROWS), how.robustness)


def test_each_kind_of_label_has_its_weight_and_no_label_has_none():
    pool = replace(
        pools.initial(np.arange(4)), kind=np.array([NONE, INDIVIDUAL, CLUSTER, PSEUDO], np.int8)
    )
    assert Forgiving().weights_of(pool).tolist() == [0, 1, 1, 1]
    how = Forgiving({"individual": 2, "cluster": 0.25})
    assert how.weights_of(pool).tolist() == [0, 2, 0.25, 1]
    pool = replace(pool, weight=np.array([5, 1, 0, 0.5], np.float32))
    assert how.weights_of(pool).tolist() == [0, 2, 0, 0.5]


def test_equal_weights_train_on_the_labels_themselves():
    for weight in (ONES, ONES * 1.0):
        target = targets_of(LABELS, weight, 3, Forgiving({"cluster": 1}))(ROWS)
        assert target.dtype == torch.int64
        assert target.tolist() == LABELS.tolist()


def test_the_loss_of_weighted_labels_is_their_weighted_mean():
    weight = np.array([1, 1, 0.1, 0.1], np.float32)
    each = functional.cross_entropy(
        LOGITS, torch.from_numpy(LABELS.astype(np.int64)), reduction="none"
    )
    expected = (each * torch.from_numpy(weight)).sum() / weight.sum()
    torch.testing.assert_close(loss(Forgiving(), weight), expected)


def test_smoothed_labels_are_those_of_pytorch():
    expected = functional.cross_entropy(
        LOGITS, torch.from_numpy(LABELS.astype(np.int64)), label_smoothing=0.3
    )
    torch.testing.assert_close(loss(Forgiving(label_smoothing=0.3)), expected)


def test_the_robust_loss_by_hand():
    p = functional.softmax(LOGITS, 1)[ROWS, torch.from_numpy(LABELS.astype(np.int64))]
    for q in (0.1, 0.7, 1):
        torch.testing.assert_close(loss(Forgiving(robustness=q)), ((1 - p**q) / q).mean())
    nearly = loss(Forgiving(robustness=1e-4))
    torch.testing.assert_close(nearly, loss(Forgiving()), atol=0.01, rtol=0)


@pytest.mark.parametrize("q", [0.3, 1.0])
def test_the_gradient_of_the_robust_loss_is_right_and_finite(q):
    weight = np.array([1, 2, 3, 0.5], np.float32)
    target = targets_of(LABELS, weight, 3, Forgiving(robustness=q))(ROWS).double()
    logits = LOGITS.detach().double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: loss_of(x, target, q), logits)
    impossible = torch.tensor([[400.0, 0, -400]] * 4, requires_grad=True)
    loss_of(impossible, target, q).backward()
    assert torch.isfinite(impossible.grad).all()


def trained(weight, **forgiving):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 40).astype(np.int16)
    images = (rng.integers(0, 100, (40, 8, 8, 3)) + 120 * labels[:, None, None, None]).astype("u1")
    spec = models.spec_for("convnet", 2, 3, 8)
    model = models.initial(spec, None, 0)
    cpu = Execution(torch.device("cpu"))
    settings = Training(2, 16, 0.05, 0.9, 5e-4, forgiving=Forgiving(**forgiving))
    batches = Batches(images, np.arange(40), spec, cpu.device)
    fit(model, batches, labels, settings, np.random.default_rng(1), cpu, weight)
    return torch.cat([parameter.flatten() for parameter in model.parameters()])


def test_a_network_trained_with_weights_of_one_has_the_same_bits():
    assert torch.equal(trained(None), trained(np.ones(40, np.float32)))


def test_what_all_labels_weigh_does_not_matter_but_what_one_does():
    twice = trained(np.full(40, 2, np.float32))
    torch.testing.assert_close(twice, trained(None), atol=1e-4, rtol=1e-3)
    one = np.ones(40, np.float32)
    one[0] = 9
    assert not torch.allclose(trained(one), trained(None), atol=1e-3)


def test_a_network_trains_with_smoothed_labels_and_with_the_robust_loss():
    for how in ({"label_smoothing": 0.1}, {"robustness": 0.7}):
        parameters = trained(None, **how)
        assert torch.isfinite(parameters).all()
        assert not torch.equal(parameters, trained(None))
