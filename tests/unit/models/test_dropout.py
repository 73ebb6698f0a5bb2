import numpy as np
import pytest
import torch

from cbal.learning.batches import Batches
from cbal.learning.device import Execution
from cbal.learning.extraction import extract, extract_dropping, extract_ensemble
from cbal.learning.training import Training, fit
from cbal.models import model as models
from cbal.models.dropout import drop_before_head

CPU = Execution(torch.device("cpu"), batch_size=16)
IMAGES = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 3), dtype=np.uint8)
SPEC = models.spec_for("convnet", 4, 3, 8)
BATCHES = Batches(IMAGES, np.arange(40), SPEC, CPU.device)


def whole(batches):
    """Return the arrays of all batches, one after another."""
    return [np.concatenate(part) for part in zip(*batches, strict=True)]


def trained(dropout):
    model = models.initial(SPEC, None, 0)
    how = Training(2, 16, 0.05, 0.9, 5e-4, dropout)
    labels = np.arange(40, dtype=np.int16) % 4
    fit(model, BATCHES, labels, how, np.random.default_rng(1), CPU)
    return model


def test_inputs_are_dropped_in_training_alone():
    model = models.initial(SPEC, None, 0)
    names = list(model.state_dict())
    drop_before_head(model, 4, 0.5)
    assert list(model.state_dict()) == names
    x = torch.randn(1, 256)
    head = model.get_submodule(models.head(model, 4))
    model.eval()
    plain = head(x)
    assert torch.equal(plain, head.forward(x))
    model.train()
    with torch.no_grad():
        torch.nn.init.ones_(head.weight)
        torch.nn.init.zeros_(head.bias)
        kept = torch.cat([head(torch.ones(1, 256))[:, 0] for _ in range(50)]) / 2
    assert kept.std() > 0
    assert 118 < kept.mean() < 138  # of 256, each scaled by 2


def test_the_rate_is_active_in_training_and_the_same_seed_gives_the_same_bits():
    one, other, plain = (list(trained(rate).parameters()) for rate in (0.5, 0.5, 0))
    assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
    assert not torch.equal(one[0], plain[0])


def test_passes_share_the_features_and_differ_in_the_head():
    model = trained(0.5)
    feature, plain = whole(extract(model, BATCHES, CPU))
    dropped = [whole(extract_dropping(model, BATCHES, CPU, 0.5, 20, seed)) for seed in (3, 3, 4)]
    assert [part.dtype for part in dropped[0]] == [np.float32] * 5
    assert np.array_equal(dropped[0][0], feature)
    for one, same, other in list(zip(*dropped, strict=True))[1:]:
        assert np.array_equal(one, same)
        assert not np.array_equal(one, other)
    assert (dropped[0][4] > 0).all()
    np.testing.assert_allclose(dropped[0][1].sum(1), 1, rtol=1e-5)
    np.testing.assert_allclose(dropped[0][1], plain, atol=0.25)


def test_the_backbone_runs_once(monkeypatch):
    calls, forward = [], torch.nn.Conv2d.forward

    def counted(layer, x):
        calls.append(layer)
        return forward(layer, x)

    model = models.initial(SPEC, None, 0)
    monkeypatch.setattr(torch.nn.Conv2d, "forward", counted)
    whole(extract_dropping(model, BATCHES, CPU, 0.5, 20, 0))
    assert len(calls) == 3 * 3  # layers x batches


@pytest.mark.parametrize("architecture", ["resnet18", "squeezenet1_1", "vit_b_32"])
def test_the_head_alone_gives_the_model_s_logits(architecture):
    spec = models.spec_for(architecture, 5, 3, 224 if "vit" in architecture else 64)
    model = models.initial(spec, None, 0)
    if "vit" in architecture:  # its head begins with zeros
        torch.nn.init.normal_(model.heads.head.weight)
    batches = Batches(IMAGES, np.arange(3), spec, CPU.device)
    (plain,) = extract(model, batches, CPU)
    (dropped,) = extract_dropping(model, batches, CPU, 1e-12, 2, 0)
    np.testing.assert_allclose(dropped[1], plain[1], atol=1e-6)
    assert np.ptp(plain[1], axis=1).min() > 1e-3
    assert np.array_equal(dropped[0], plain[0])


def test_an_ensemble_is_the_mean_of_its_members_with_the_first_one_s_features():
    members = [models.initial(SPEC, None, seed) for seed in range(3)]
    alone = [whole(extract(member, BATCHES, CPU)) for member in members]
    feature, probability, expected_entropy, variation_ratio, mean_std = whole(
        extract_ensemble(members, BATCHES, CPU)
    )
    p = np.stack([probability for _, probability in alone]).astype(np.float64)
    assert np.array_equal(feature, alone[0][0])
    np.testing.assert_allclose(probability, p.mean(0), rtol=1e-5)
    np.testing.assert_allclose(expected_entropy, -(p * np.log(p)).sum(2).mean(0), rtol=1e-5)
    np.testing.assert_allclose(mean_std, p.std(0).mean(1), rtol=1e-4)
    votes = np.stack([(p.argmax(2) == c).sum(0) for c in range(4)])
    np.testing.assert_allclose(variation_ratio, 1 - votes.max(0) / 3, rtol=1e-6)
