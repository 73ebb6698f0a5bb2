import numpy as np
import torch

from cbal.models.passes import Passes

# Two images, three classes, four passes.
PROBABILITIES = np.array(
    [
        [[0.7, 0.2, 0.1], [0.5, 0.25, 0.25]],
        [[0.1, 0.8, 0.1], [0.5, 0.25, 0.25]],
        [[0.6, 0.3, 0.1], [0.5, 0.25, 0.25]],
        [[0.3, 0.3, 0.4], [0.5, 0.25, 0.25]],
    ]
)


def added(probabilities):
    passes = Passes(*probabilities.shape[1:], torch.device("cpu"))
    for p in torch.from_numpy(probabilities):
        passes.add(p.log())
    return passes


def test_the_terms_by_hand():
    passes = added(PROBABILITIES)
    np.testing.assert_allclose(passes.mean(), PROBABILITIES.mean(0), rtol=1e-6)
    expected_entropy, variation_ratio, mean_std = passes.terms()
    entropies = [-sum(p * np.log(p) for p in of_pass[0]) for of_pass in PROBABILITIES]
    np.testing.assert_allclose(expected_entropy[0], np.mean(entropies), rtol=1e-6)
    # Votes of the first image: twice class 0, once class 1, once class 2.
    assert variation_ratio.tolist() == [0.5, 0]
    # The deviation of n passes from their own mean: divided by n, not by n - 1.
    by_class = [np.sqrt(np.mean((c - c.mean()) ** 2)) for c in PROBABILITIES[:, 0].T]
    np.testing.assert_allclose(mean_std[0], np.mean(by_class), rtol=1e-6)


def test_passes_that_agree_differ_in_nothing():
    expected_entropy, variation_ratio, mean_std = added(PROBABILITIES[:, 1:]).terms()
    np.testing.assert_allclose(expected_entropy, 0.5 * np.log(2) + 0.5 * np.log(4), rtol=1e-6)
    assert variation_ratio.tolist() == [0]
    np.testing.assert_allclose(mean_std, 0, atol=1e-7)


def test_a_probability_of_zero_has_no_entropy():
    passes = Passes(1, 2, torch.device("cpu"))
    passes.add(torch.tensor([[1000.0, -1000.0]]))
    assert passes.terms()[0].tolist() == [0]
    assert passes.mean().dtype == torch.float32


def test_memory_holds_sums_and_not_passes():
    passes = added(np.repeat(PROBABILITIES, 25, axis=0))
    held = [value for value in vars(passes).values() if isinstance(value, torch.Tensor)]
    assert sum(tensor.numel() for tensor in held) == 2 * (3 + 3 + 3 + 1)
    np.testing.assert_allclose(passes.mean(), PROBABILITIES.mean(0), rtol=1e-6)
