"""A network trained from a module on learns what the whole one does with the rest frozen."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from cbal.errors import InputError
from cbal.learning.activations import activations
from cbal.learning.batches import Batches
from cbal.learning.device import Execution
from cbal.learning.evaluation import evaluate
from cbal.learning.extraction import extract, extract_dropping, extract_ensemble
from cbal.learning.training import Training, fit
from cbal.models import model as models
from cbal.models.splitting import split

CPU = Execution(torch.device("cpu"), batch_size=16)
HOW = Training(epochs=3, batch_size=20, learning_rate=0.02, momentum=0.9, weight_decay=5e-4)
N, CLASSES = 40, 3
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (N, 32, 32, 3), dtype=np.uint8)
LABELS = RNG.integers(0, CLASSES, N).astype(np.int16)
ROWS = np.arange(N)
# Of logits, after these steps of training: from activations in float32, and rounded to float16.
TOLERANCE = {np.float32: 1e-4, np.float16: 0.02}
# Architecture, side, module, what is frozen, epochs, learning rate. Few steps at a small rate:
# longer training of a ResNet is chaotic, and a rounding of 1e-6 grows to 0.1 at a rate of 0.02.
PLACES = [
    ("convnet", 32, "6", ["0", "3"], 3, 0.02),
    ("resnet18", 32, "layer4", ["conv1", "bn1", "layer1", "layer2", "layer3"], 1, 0.002),
    ("resnet18", 32, "layer3.1", ["conv1", "bn1", "layer1", "layer2", "layer3.0"], 1, 0.002),
]


def spec_of(architecture, side):
    return models.spec_for(architecture, CLASSES, 3, side)


def seen_before(spec, name, dtype):
    """Activations of the images before the module, of a model that knows ordinary images."""
    model = models.initial(spec, None, 0)
    frozen, _ = split(model, name, models.head(model, CLASSES))
    batches = Batches(IMAGES, ROWS, spec, CPU.device)
    return np.concatenate(list(activations(frozen, batches, CPU))).astype(dtype)


def fitted(model, inputs, spec, how=HOW):
    fit(model, Batches(inputs, ROWS, spec, CPU.device), LABELS, how, np.random.default_rng(1), CPU)
    return model


def logits(model, inputs, spec):
    (x,) = Batches(inputs, ROWS, spec, CPU.device).in_order(N)
    with torch.inference_mode():
        return model.eval()(x)


def freeze(model, names):
    """Keep modules as they are, in evaluation mode, whatever mode the model is put into."""
    model.eval()
    for name in names:
        part = model.get_submodule(name).requires_grad_(False)
        part.train = lambda mode=True, part=part: part


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(("architecture", "side", "name", "before", "epochs", "rate"), PLACES)
def test_it_is_the_whole_network_with_the_earlier_part_frozen(
    architecture, side, name, before, epochs, rate, dtype
):
    spec, how = spec_of(architecture, side), replace(HOW, epochs=epochs, learning_rate=rate)
    whole = models.initial(spec, None, 0)
    start = logits(whole, IMAGES, spec)
    freeze(whole, before)
    expected = logits(fitted(whole, IMAGES, spec, how), IMAGES, spec)
    assert (expected - start).abs().max() > 0.05  # it has learned

    inputs = seen_before(spec, name, dtype)
    of_part = replace(spec, trainable=name)
    part = fitted(models.initial(of_part, None, 0), inputs, of_part, how)
    torch.testing.assert_close(
        logits(part, inputs, of_part), expected, atol=TOLERANCE[dtype], rtol=0
    )


def test_features_probabilities_and_accuracy_are_those_of_the_whole_network():
    spec = spec_of("resnet18", 32)
    whole, images = models.initial(spec, None, 0), Batches(IMAGES, ROWS, spec, CPU.device)
    of_part = replace(spec, trainable="layer4")
    part = models.initial(of_part, None, 0)
    inputs = seen_before(spec, "layer4", np.float32)
    batches = Batches(inputs, ROWS, of_part, CPU.device)
    for one, other in zip(extract(part, batches, CPU), extract(whole, images, CPU), strict=True):
        np.testing.assert_allclose(one[0], other[0], atol=1e-4)
        np.testing.assert_allclose(one[1], other[1], atol=1e-4)
    measured = evaluate(part, batches, LABELS, CPU)
    np.testing.assert_allclose(measured, evaluate(whole, images, LABELS, CPU), atol=1e-4)


def test_passes_with_dropout_and_an_ensemble_disagree():
    spec = replace(spec_of("convnet", 32), trainable="6")
    inputs = seen_before(spec_of("convnet", 32), "6", np.float16)
    one, other = (models.initial(spec, None, seed) for seed in (0, 1))
    batches = Batches(inputs, ROWS, spec, CPU.device)
    fitted(one, inputs, spec, replace(HOW, dropout=0.5))
    for rows in (
        extract_dropping(one, batches, CPU, 0.5, 5, 0),
        extract_ensemble([one, other], batches, CPU),
    ):
        _, probability, *terms = map(np.concatenate, zip(*rows, strict=True))
        assert probability.shape == (N, CLASSES)
        assert terms[2].max() > 0


def test_streamed_activations_train_the_same_bits():
    spec = replace(spec_of("convnet", 32), trainable="6")
    inputs = seen_before(spec_of("convnet", 32), "6", np.float16)
    trained = []
    for room in (float("inf"), 0):
        model = models.initial(spec, None, 0)
        batches = Batches(inputs, ROWS, spec, CPU.device, room)
        fit(model, batches, LABELS, HOW, np.random.default_rng(1), CPU)
        trained.append(model)
    for one, other in zip(*(model.parameters() for model in trained), strict=True):
        assert torch.equal(one, other)


def test_a_layer_that_works_in_place_changes_no_activation():
    spec = replace(spec_of("convnet", 32), trainable="5")
    inputs = RNG.normal(size=(N, 8, 8, 64)).astype(np.float32)
    before = inputs.copy()
    batches = Batches(inputs, ROWS, spec, CPU.device)
    evaluate(models.initial(spec, None, 0), batches, LABELS, CPU)
    np.testing.assert_array_equal(batches.pixels, before)


def test_images_are_no_activations_and_the_other_way_round():
    spec = spec_of("convnet", 32)
    with pytest.raises(InputError, match="trainable '6' needs a file of activations"):
        Batches(IMAGES, ROWS, replace(spec, trainable="6"), CPU.device)
    with pytest.raises(InputError, match="trainable 'all' needs a file of images"):
        Batches(IMAGES.astype(np.float16), ROWS, spec, CPU.device)


def test_activations_of_fewer_samples_are_refused():
    spec = replace(spec_of("convnet", 32), trainable="6")
    with pytest.raises(InputError, match="the activations lack samples of the pool; delete"):
        Batches(np.zeros((3, 2, 2, 64), np.float16), np.array([3]), spec, CPU.device)
