"""Multinomial logistic regression: the optimum of the penalised loss, by L-BFGS.

Features of images are strongly correlated, which makes L-BFGS slow. So it looks for the optimum
in other coordinates, in which each class has a curvature near 1: those of a Cholesky factor of
that class's part of the Hessian (Boehning 1992 has the Hessian). The curvature changes with the
weights, so a first search, in the coordinates of equal probabilities, finds out about where the
optimum is.
"""

from collections.abc import Callable

import numpy as np
from scipy.linalg.lapack import dtrtri
from scipy.optimize import minimize

ROWS = 8  # rows that tell the curvature, for each feature
ENTRIES = 2**25  # entries of all coordinates, at most; more classes share theirs
MOST_ITERATIONS = 2000
# Largest gradient at the end of each search, in coordinates of their own. The last search has
# those of the one before: it begins where losses would else be equal in float32 (see `Loss`).
ROUGH, MIDDLE, FINE = 1.0, 3e-2, 1e-4
PLAIN = 5e-7  # instead of FINE in the coordinates of the weights, for each unit of `counts`

Coordinates = np.ndarray | None  # float32[1 or classes, d, d]; None for those of the weights


def minimum(
    x: np.ndarray,
    label: np.ndarray,
    counts: np.ndarray,
    classes: int,
    l2: float,
    smoothing: float = 0.0,
    start: np.ndarray | None = None,
) -> tuple[np.ndarray, float, int]:
    """Return the weights at the optimum, the loss there, and the number of passes over the rows.

    The loss is the summed cross-entropy (nats) plus l2 / 2 times the sum of squared weights. The
    search ends where probabilities are within about 1e-4 of those at the optimum.

    Args:
        x: float32[n, d].
        label: int64[n].
        counts: float64[n], weights of the rows in the loss.
        classes: number of classes, K.
        l2: strength of the penalty, above 0.
        smoothing: share of each label that all classes get alike.
        start: float64[d, K], weights near the optimum, to save passes; None starts from 0.

    Returns:
        float64[d, K], nats, passes.
    """
    weights, passes = np.zeros((x.shape[1], classes)) if start is None else start, 0
    use = len(x) >= ROWS * x.shape[1]  # with fewer, coordinates cost more than they save
    # The less penalty, the more a change in the coordinates may change a probability.
    basis, scale = None, min(1, l2**0.5) * (1 if use else PLAIN / FINE * counts.sum())
    for tolerance in (ROUGH, MIDDLE, FINE)[start is not None :]:
        if use and tolerance != FINE:
            basis = coordinates(x, counts, weights, l2)
        loss = Loss(x, label, counts, l2, weights, smoothing)
        weights = weights + search(loss, basis, tolerance * scale)
        passes += loss.passes
    return weights, loss.value, passes


def coordinates(x: np.ndarray, counts: np.ndarray, weights: np.ndarray, l2: float) -> np.ndarray:
    """Return matrices that make weights of changes in coordinates: float32[K, d, d].

    There is one for all classes, float32[1, d, d], where all have the same curvature or where
    those of all classes would take too much memory.
    """
    step = len(x) // (ROWS * x.shape[1])
    some = x[::step]
    share = counts[::step] * (counts.sum() / counts[::step].sum())
    p = probabilities((some @ weights.astype(np.float32)).astype(np.float64))[0]
    spread = p * (1 - p) * share[:, None]
    if not weights.any() or spread.shape[1] * x.shape[1] ** 2 > ENTRIES:
        spread = spread.mean(axis=1, keepdims=True)
    made = np.empty((spread.shape[1], x.shape[1], x.shape[1]), np.float32)
    for number, of_class in enumerate(np.sqrt(spread).T.astype(np.float32)):
        scaled = some * of_class[:, None]
        curvature = (scaled.T @ scaled).astype(np.float64)
        curvature[np.diag_indices(len(curvature))] += l2
        made[number] = dtrtri(np.linalg.cholesky(curvature), lower=1)[0].T
    return made


def search(loss: Callable, basis: Coordinates, tolerance: float) -> np.ndarray:
    """Return the change of the weights that minimises the loss, float64[d, K].

    Only differences between the classes matter to probabilities, and at the optimum the weights
    of a feature add up to 0. So weights are centred; else the sum, which has no curvature but the
    penalty's, would slow the search down.
    """
    shape = loss.base.shape

    def change(flat: np.ndarray) -> np.ndarray:
        moved = flat.reshape(shape)
        if basis is not None:
            moved = _times(basis, moved)
        return moved - moved.mean(axis=1, keepdims=True)

    def function(flat: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = loss(change(flat))
        gradient = gradient - gradient.mean(axis=1, keepdims=True)
        if basis is not None:
            gradient = _times(basis.transpose(0, 2, 1), gradient)
        return value, gradient.ravel()

    options = {"maxiter": MOST_ITERATIONS, "gtol": tolerance, "ftol": 0, "maxcor": 20}
    found = minimize(
        function, np.zeros(loss.base.size), jac=True, method="L-BFGS-B", options=options
    )
    loss.value = found.fun
    return change(found.x)


def _times(matrices: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return each matrix times its column of float64[d, K], or the only one times all of them."""
    if len(matrices) == 1:
        return (matrices[0] @ columns.astype(np.float32)).astype(np.float64)
    product = matrices @ columns.T.astype(np.float32)[:, :, None]
    return product[:, :, 0].T.astype(np.float64)


class Loss:
    """The penalised loss and its gradient, as functions of the change of some weights.

    Products with the rows are in float32, which takes half the time and half the memory. Near the
    optimum two losses would be equal in float32. Logits before the change are computed once,
    so what is rounded is the effect of the change alone, and that gets ever smaller.
    """

    def __init__(
        self,
        x: np.ndarray,
        label: np.ndarray,
        counts: np.ndarray,
        l2: float,
        base: np.ndarray,
        smoothing: float = 0.0,
    ):
        self.x, self.label, self.counts, self.l2, self.base = x, label, counts, l2, base
        self.smoothing = smoothing
        self.rows, self.before = np.arange(len(x)), x @ base.astype(np.float32)
        self.value, self.passes = 0.0, 0

    def __call__(self, change: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the loss and its gradient, float64[d, K], at `base + change`."""
        self.passes += 1
        logits = (self.x @ change.astype(np.float32)).astype(np.float64)
        logits += self.before
        error, loss = probabilities(logits, self.label, self.smoothing)
        if self.smoothing:
            error -= self.smoothing / error.shape[1]
        error[self.rows, self.label] -= 1 - self.smoothing
        error *= self.counts[:, None]
        weights = self.base + change
        value = self.counts @ loss + self.l2 / 2 * (weights * weights).sum()
        return value, self.x.T @ error.astype(np.float32) + self.l2 * weights


def probabilities(
    logits: np.ndarray, label: np.ndarray | None = None, smoothing: float = 0.0
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the softmax of float64[n, K], which is overwritten, and the loss of the labels."""
    logits -= logits.max(axis=1, keepdims=True)
    given = None if label is None else logits[np.arange(len(logits)), label]
    if smoothing:
        given = (1 - smoothing) * given + smoothing * logits.mean(axis=1)
    np.exp(logits, out=logits)
    sums = logits.sum(axis=1, keepdims=True)
    loss = None if given is None else np.log(sums[:, 0]) - given
    return np.divide(logits, sums, out=logits), loss
