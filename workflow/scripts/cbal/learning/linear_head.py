"""A linear head on fixed features: multinomial logistic regression, fitted to convergence.

Where the encoder of a model is fixed, a round trains the head alone. The optimum is unique and
the start is not random, so equal labels give equal heads.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import save
from threadpoolctl import threadpool_limits

from cbal.errors import InputError
from cbal.learning.logistic import minimum, probabilities
from cbal.log import say
from cbal.storage.sealed_tensors import read_sealed, write_sealed
from cbal.wording import counted

CHUNK = 16_384  # rows that are converted to float32 at a time for probabilities
REWEIGHINGS = 30  # fits with new weights, at most
SETTLED = 1e-3  # change of a label's probability from which on no other fit is made


@dataclass(frozen=True)
class LinearHead:
    """A linear head, whose logits are `features @ weight + bias`.

    Attributes:
        weight: float32[d, classes].
        bias: float32[classes].
    """

    weight: np.ndarray
    bias: np.ndarray

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """Return the softmax, float32[n, classes], for features float16 or float32[n, d]."""
        parts = [softmax(chunk @ self.weight + self.bias) for chunk in _chunks(features)]
        return np.concatenate(parts) if parts else np.empty((0, len(self.bias)), np.float32)


def fit(
    features: np.ndarray,
    label: np.ndarray,
    classes: int,
    l2: float,
    weight: np.ndarray | None = None,
    smoothing: float = 0.0,
    robustness: float = 0.0,
) -> LinearHead:
    """Fit a head with L-BFGS, starting from weights of zero.

    The fit minimises the summed cross-entropy (nats) plus l2 / 2 times the sum of squared weights.
    Features are scaled so that the labeled rows have mean 0 and variance 1. The bias is penalised
    like a weight, so that the optimum is finite for classes without a label, for a single class,
    and for separable data. In scikit-learn's terms l2 is 1 / C. With `robustness` the loss is the
    generalised cross-entropy, and what is found is the minimum that `_reweighed` leads to.

    Args:
        features: float16 or float32[n, d], n >= 1.
        label: int16[n], classes of the rows.
        classes: outputs of the head; classes without a label count too.
        l2: strength of the penalty, above 0.
        weight: float32[n], weights of the rows in the loss; None gives each the weight 1.
        smoothing, robustness: see `Forgiving`.
    """
    x = np.ascontiguousarray(features, np.float32)
    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale[scale < 1e-6] = 1  # a constant feature has no scale
    x = np.column_stack([(x - mean) / scale, np.ones(len(x), np.float32)])
    counts = np.ones(len(x)) if weight is None else weight.astype(np.float64)
    label = label.astype(np.int64)
    # With two threads a fit takes up to eight times as long: those of SciPy's library and those of
    # NumPy's wait for each other by spinning, and the products are narrow.
    with threadpool_limits(1, "blas"):
        solution, loss, passes = minimum(x, label, counts, classes, l2, smoothing)
        if robustness:
            solution, loss, passes = _reweighed(x, label, counts, l2, robustness, solution)
    say(
        f"head fitted to {counted(len(x), 'label')}, {counted(passes, 'pass', 'passes')}: "
        f"loss {loss / counts.sum():.5f}"
    )
    inside = solution[:-1] / scale[:, None]
    bias = solution[-1] - mean @ inside
    return LinearHead(inside.astype(np.float32), bias.astype(np.float32))


def _reweighed(
    x: np.ndarray,
    label: np.ndarray,
    counts: np.ndarray,
    l2: float,
    q: float,
    solution: np.ndarray,
) -> tuple[np.ndarray, float, int]:
    """Return the minimum of the generalised cross-entropy that the given solution leads to.

    The loss of a label of probability p, (1 - p^q) / q, is a concave function of -log p. So it is
    nowhere above its tangent, the cross-entropy times p^q, and each fit with the weights p^q of the
    fit before lowers it (majorise and minimise; Hunter and Lange 2004). The loss has several
    minima. Beginning at the optimum of the cross-entropy, which is the only one, makes it one.
    """
    passes, given = 0, np.zeros(len(label))
    for _ in range(REWEIGHINGS):
        before, given = given, _given(x, label, solution)
        if np.abs(given - before).max() < SETTLED:
            break
        weights = counts * given**q
        solution, _, used = minimum(x, label, weights, solution.shape[1], l2, start=solution)
        passes += used
    loss = counts @ ((1 - _given(x, label, solution) ** q) / q) + l2 / 2 * (solution**2).sum()
    return solution, float(loss), passes


def _given(x: np.ndarray, label: np.ndarray, solution: np.ndarray) -> np.ndarray:
    """Return float64[n], the probability of each label."""
    p = probabilities((x @ solution.astype(np.float32)).astype(np.float64))[0]
    return p[np.arange(len(label)), label]


def untrained(features: int, classes: int) -> LinearHead:
    """Return a head that gives every class the same probability, used without any label."""
    return LinearHead(np.zeros((features, classes), np.float32), np.zeros(classes, np.float32))


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the softmax of logits, float[n, classes]; the array is overwritten."""
    logits -= logits.max(axis=1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=1, keepdims=True)
    return logits


def accuracy_and_loss(probability: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Return accuracy and mean cross-entropy (nats).

    Args:
        probability: float32[n, classes].
        truth: int16[n], the true labels.
    """
    given = probability[np.arange(len(truth)), truth].astype(np.float64)
    loss = -np.log(np.maximum(given, np.finfo(np.float32).tiny)).mean()
    return float((probability.argmax(axis=1) == truth).mean()), float(loss)


def _chunks(features: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(features), CHUNK):
        yield np.ascontiguousarray(features[start : start + CHUNK], np.float32)


def save_heads(path: Path, heads: Sequence[LinearHead]) -> None:
    """Write the heads of a round: one for each member of an ensemble, none without a query."""
    state = {
        f"{number}.{name}": np.ascontiguousarray(getattr(head, name))
        for number, head in enumerate(heads)
        for name in ("weight", "bias")
    }
    write_sealed(path, lambda metadata: save(state, metadata), {"heads": str(len(heads))})


def load_heads(path: Path) -> list[LinearHead]:
    """Return the heads that `save_heads` wrote.

    Raises:
        InputError: the file is missing, damaged, or has no heads.
    """
    state, metadata = read_sealed(path, "np")
    try:
        numbers = range(int(metadata["heads"]))
        return [LinearHead(state[f"{n}.weight"], state[f"{n}.bias"]) for n in numbers]
    except KeyError as error:
        raise InputError(f"{path}: not a head of this workflow; delete it to rebuild it") from error
