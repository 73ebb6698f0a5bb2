import numpy as np
import torch

from cbal.models.passes import Passes
from cbal.strategies.support.probabilities import combined


def test_passes_are_combined_as_those_of_a_network():
    logits = torch.from_numpy(np.random.default_rng(0).normal(size=(5, 40, 3))).float()
    passes = Passes(40, 3, torch.device("cpu"))
    for each in logits:
        passes.add(each)
    mean, terms = combined([each.softmax(1).numpy() for each in logits])
    np.testing.assert_allclose(mean, passes.mean().numpy(), atol=1e-6)
    for ours, theirs in zip(terms, passes.terms(), strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-6)
