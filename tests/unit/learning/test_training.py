from dataclasses import replace

import numpy as np
import pytest
import torch

from cbal.errors import InputError
from cbal.learning import training
from cbal.learning.batches import Batches
from cbal.learning.device import Execution
from cbal.learning.evaluation import evaluate
from cbal.learning.extraction import extract
from cbal.learning.training import Training, fit, mirrored
from cbal.models import model as models

CPU = Execution(torch.device("cpu"))
HOW = Training(epochs=3, batch_size=16, learning_rate=0.05, momentum=0.9, weight_decay=5e-4)


def data(n=50, side=8):
    """Images whose brightness tells one of two classes."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, n).astype(np.int16)
    images = rng.integers(0, 100, (n, side, side, 3)) + 120 * labels[:, None, None, None]
    return images.astype(np.uint8), labels


def trained(how=HOW, n=50, seed=0):
    images, labels = data(n)
    spec = models.spec_for("convnet", 2, 3, 8)
    model = models.initial(spec, None, seed)
    fit(
        model,
        Batches(images, np.arange(n), spec, CPU.device),
        labels,
        how,
        np.random.default_rng(1),
        CPU,
    )
    return model


def test_it_is_pytorch_s_sgd_on_the_same_batches():
    images, labels = data()
    spec = models.spec_for("convnet", 2, 3, 8)
    plain = models.initial(spec, None, 0)
    batches = Batches(images, np.arange(50), spec, CPU.device)
    optimizer = torch.optim.SGD(plain.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
    rng = np.random.default_rng(1)
    for _ in range(3):
        for rows in torch.from_numpy(rng.permutation(50)).split(16):
            target = torch.from_numpy(labels.astype(np.int64))[rows]
            optimizer.zero_grad()
            x = batches.prepare(batches.pixels[rows])
            torch.nn.functional.cross_entropy(plain(x), target).backward()
            optimizer.step()
    for ours, theirs in zip(trained().parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-4)


def test_a_mirrored_image_is_its_mirror_image():
    pixels = torch.arange(2 * 3 * 4 * 1, dtype=torch.uint8).view(2, 3, 4, 1)
    flipped = mirrored(pixels, torch.tensor([False, True]))
    assert torch.equal(flipped[0], pixels[0])
    assert np.array_equal(flipped[1].numpy(), pixels[1].numpy()[:, ::-1])


def test_half_of_the_images_are_mirrored_anew_in_each_epoch(monkeypatch):
    seen = []

    def watch(pixels, chosen):
        seen.append(chosen)
        return pixels

    monkeypatch.setattr(training, "mirrored", watch)
    plain = trained(replace(HOW, flip=True), n=400)
    epochs = torch.cat(seen).view(3, 400)
    assert 0.4 < epochs.double().mean() < 0.6
    assert not torch.equal(epochs[0], epochs[1])
    monkeypatch.undo()
    same = [
        torch.equal(a, b)
        for a, b in zip(
            plain.parameters(), trained(replace(HOW, flip=True), n=400).parameters(), strict=True
        )
    ]
    assert not all(same)


def test_same_seed_same_bits():
    for a, b in zip(trained().parameters(), trained().parameters(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("n", [0, 1, 17])
def test_few_images_and_a_last_batch_of_one_train(n):
    images, labels = data(max(n, 1))
    spec = models.spec_for("resnet18", 2, 3, 32)
    model = models.initial(spec, None, 0)
    fit(
        model,
        Batches(images, np.arange(n), spec, CPU.device),
        labels[:n],
        HOW,
        np.random.default_rng(1),
        CPU,
    )
    assert all(torch.isfinite(p).all() for p in model.parameters())


def test_a_loss_that_is_no_number_says_what_to_change():
    how = Training(3, 16, 1e6, 0.9, 5e-4)
    with pytest.raises(
        InputError, match="training loss of epoch . is .* make `training: learning_rate:`"
    ):
        trained(how)


def test_streamed_images_train_the_same_bits():
    images, labels = data()
    spec = models.spec_for("convnet", 2, 3, 8)
    trained_on = []
    for room in (float("inf"), 0):
        model = models.initial(spec, None, 0)
        batches = Batches(images, np.arange(50), spec, CPU.device, room)
        fit(model, batches, labels, HOW, np.random.default_rng(1), CPU)
        trained_on.append(model)
    for one, other in zip(*(model.parameters() for model in trained_on), strict=True):
        assert torch.equal(one, other)


def test_bfloat16_learns_and_keeps_float32_weights():
    images, labels = data()
    spec = models.spec_for("convnet", 2, 3, 8)
    model = models.initial(spec, None, 0)
    execution = Execution(CPU.device, torch.bfloat16)
    batches = Batches(images, np.arange(50), spec, CPU.device)
    fit(model, batches, labels, HOW, np.random.default_rng(1), execution)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    accuracy, _ = evaluate(model, batches, labels, execution)
    assert accuracy > 0.9


def test_compiled_code_trains_as_the_plain_one(monkeypatch):
    # The tracer and automatic differentiation of the compiler, without its C++ backend.
    compiler = torch.compile
    compiled = []

    def traced(model):
        compiled.append(model)
        return compiler(model, backend="aot_eager")

    monkeypatch.setattr(torch, "compile", traced)
    images, labels = data(40)
    spec = models.spec_for("convnet", 2, 3, 8)
    model = models.initial(spec, None, 0)
    batches = Batches(images, np.arange(40), spec, CPU.device)
    execution = Execution(CPU.device, compiled=True)
    fit(model, batches, labels, HOW, np.random.default_rng(1), execution)
    assert compiled == [model]
    for ours, plain in zip(model.parameters(), trained(n=40).parameters(), strict=True):
        torch.testing.assert_close(ours, plain, atol=1e-5, rtol=1e-4)
    (features,) = extract(model, batches, execution)
    (expected,) = extract(model, batches, CPU)
    np.testing.assert_allclose(features[1], expected[1], atol=1e-5)
