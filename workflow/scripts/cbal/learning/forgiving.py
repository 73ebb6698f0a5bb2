"""Training that forgives wrong labels: what each label weighs, and how the loss treats it.

Nothing here loads PyTorch; `losses` has what a network needs.
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from cbal.pool.state import KINDS, Pool


@dataclass(frozen=True)
class Forgiving:
    """Settings of `training:` for labels of which some are wrong; by default there are none.

    Attributes:
        weights: of labels in the loss, by kind (individual, cluster, pseudo); 1 if not there.
        label_smoothing: share s of a label that all K classes get alike, so that a label is
            1 - s + s / K, and any other class s / K (Szegedy et al. 2016).
        robustness: q of the generalised cross-entropy, (1 - p^q) / q for a label of probability
            p (Zhang and Sabuncu 2018). 0 is its limit, the cross-entropy.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    label_smoothing: float = 0.0
    robustness: float = 0.0

    def weights_of(self, pool: Pool) -> np.ndarray:
        """Return float32[n], what each sample of the pool counts; 0 without a label."""
        of_kind = np.array([0, *(self.weights.get(name, 1) for name in KINDS)], np.float32)
        weight = of_kind[pool.kind]
        return weight if pool.weight is None else weight * np.where(pool.kind, pool.weight, 0)


def add_forgiving_argument(cli: argparse.ArgumentParser) -> None:
    """Add the flag that `forgiving_of` reads."""
    cli.add_argument(
        "--forgiving",
        type=json.loads,
        nargs="?",
        help="weights, label_smoothing, robustness, as JSON; default: all labels are right",
    )


def forgiving_of(arguments: argparse.Namespace) -> Forgiving:
    """Return the settings on a command line."""
    return Forgiving(**(arguments.forgiving or {}))


def usual(weight: np.ndarray) -> bool:
    """Whether all weights are 1, so that none is needed."""
    return bool((weight == 1).all())
