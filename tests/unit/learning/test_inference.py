import numpy as np
import pytest
import torch
from sklearn.metrics import rand_score
from torch import nn

from cbal.learning.batches import Batches
from cbal.learning.device import Execution
from cbal.learning.extraction import extract
from cbal.learning.inference import ready
from cbal.models import model as models
from cbal.strategies import cluster, entropy
from cbal.strategies.base import Candidates

CPU = Execution(torch.device("cpu"))


@pytest.fixture
def resnet():
    """A ResNet whose batch normalisation has seen images, so that folding it changes weights."""
    spec = models.spec_for("resnet18", 10, 3, 64)
    model = models.initial(spec, None, 0).train()
    with torch.no_grad():
        for _ in range(3):
            model(torch.randn(8, 3, 64, 64))
    return model.eval(), spec


def test_the_logits_are_those_of_the_plain_model(resnet):
    model, _ = resnet
    x = torch.randn(4, 3, 64, 64)
    fast = ready(model, CPU)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in fast.modules())
    assert any(isinstance(module, nn.BatchNorm2d) for module in model.modules())
    with torch.inference_mode():
        torch.testing.assert_close(fast(x), model(x), atol=1e-4, rtol=0)


def test_a_model_that_cannot_be_traced_is_used_as_it_is():
    class Untraceable(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm2d(1)

        def forward(self, x):
            return self.norm(x) if x.sum() > 0 else x

    model = Untraceable()
    assert ready(model, CPU) is model
    assert not model.training


def test_streamed_images_give_the_same_bytes_as_resident_ones(resnet):
    model, spec = resnet
    images = np.random.default_rng(0).integers(0, 256, (40, 32, 32, 3), dtype=np.uint8)
    rows = np.arange(1, 40)
    execution = Execution(CPU.device, batch_size=4)
    whole, streamed = (
        list(extract(model, Batches(images, rows, spec, CPU.device, room), execution))
        for room in (float("inf"), 1000)
    )
    assert [len(feature) for feature, _ in streamed] == [4] * 9 + [3]
    for one, other in zip(whole, streamed, strict=True):
        assert np.array_equal(one[0], other[0])
        assert np.array_equal(one[1], other[1])


def test_bfloat16_is_near(resnet):
    model, spec = resnet
    images = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
    batches = Batches(images, np.arange(4), spec, CPU.device)
    (plain,) = extract(model, batches, CPU)
    (rough,) = extract(model, batches, Execution(CPU.device, torch.bfloat16))
    assert not np.array_equal(plain[1], rough[1])
    assert [part.dtype for part in rough] == [np.float32, np.float32]
    np.testing.assert_allclose(rough[1], plain[1], atol=0.02)


def test_the_same_images_are_chosen_as_with_the_plain_model(resnet):
    model, spec = resnet
    images = np.random.default_rng(0).integers(0, 256, (60, 32, 32, 3), dtype=np.uint8)
    sample_id = np.arange(60)
    batches = Batches(images, sample_id, spec, CPU.device)
    fast = [np.concatenate(part) for part in zip(*extract(model, batches, CPU), strict=True)]
    caught = []
    model.fc.register_forward_pre_hook(lambda _, inputs: caught.append(inputs[0]))
    with torch.inference_mode():
        x = torch.cat(list(batches.in_order(60)))
        probability = model(x).softmax(1).numpy()
    plain = caught[0].numpy(), probability
    # All but a few: a processor's kernels may round ties another way.
    ours, theirs = (
        entropy.select(Candidates(sample_id, *parts), 12, np.random.default_rng(0))
        for parts in (fast, plain)
    )
    assert len(set(ours.sample_id) & set(theirs.sample_id)) >= 11
    ours, theirs = (
        cluster.select(Candidates(sample_id, *parts), 12, np.random.default_rng(0))
        for parts in (fast, plain)
    )
    assert rand_score(by_sample(ours), by_sample(theirs)) > 0.95


def by_sample(chosen):
    return chosen.interaction[np.argsort(chosen.sample_id)]
