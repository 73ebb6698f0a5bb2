"""Out-of-fold probabilities: what a head says of labels that it did not learn from.

All labels of a cluster come from one answer, so they are wrong together. A head that learned one
half of a cluster would repeat the mistake for the other half. So a fold holds whole groups.
"""

import numpy as np

from cbal.clustering.blocks import workers
from cbal.learning.linear_head import fit, untrained


def out_of_fold(
    features: np.ndarray,
    label: np.ndarray,
    groups: np.ndarray,
    classes: int,
    l2: float,
    folds: int,
    rng: np.random.Generator,
    threads: int = 1,
) -> np.ndarray:
    """Return the probabilities of each row by a head that is fitted to the other folds.

    A head gives a class that its folds lack a low probability, whatever the row. That happens to
    the rows of a class that has a single group, and to no others. Rows of a single fold get the
    same probability for every class.

    Args:
        features: float16 or float32[n, d].
        label: int16[n].
        groups: int[n], the interaction that gave each label. Rows of a group have one label.
        classes: outputs of the head.
        l2: strength of the penalty; see `linear_head.fit`.
        folds: number of folds, 2 or more; as many as groups if there are fewer.
        rng: deals the groups.
        threads: folds that are computed at a time.

    Returns:
        float32[n, classes].
    """
    fold = folds_of(label, groups, folds, rng)
    result = np.empty((len(label), classes), np.float32)

    def hold_out(number: int) -> None:
        held_out = fold == number
        if held_out.all():
            head = untrained(features.shape[1], classes)
        else:
            head = fit(features[~held_out], label[~held_out], classes, l2)
        result[held_out] = head.probabilities(features[held_out])

    with workers(threads) as share:
        share.each(hold_out, np.unique(fold))
    return result


def folds_of(
    label: np.ndarray, groups: np.ndarray, folds: int, rng: np.random.Generator
) -> np.ndarray:
    """Return int64[n], the fold of each row.

    Groups are dealt out class by class, those of a class in random order, so that each class is
    in as many folds as it can be.
    """
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    order = np.lexsort((rng.random(len(first)), label[first]))
    dealt = np.empty(len(order), np.int64)
    dealt[order] = np.arange(len(order)) % folds
    return dealt[group]
