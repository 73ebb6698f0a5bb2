"""Probabilities of labeled samples by models that have not learned from them."""

import numpy as np

from cbal.learning.linear_head import fit


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
    """Return the probabilities of each row by a linear head that was fitted without its group.

    Groups are dealt to folds at random, and each fold gets its probabilities from a head that is
    fitted to the others. A group is what was labeled in one interaction: a wrong label of a
    cluster stands among equal ones, so its neighbours must not be learned from either.

    Args:
        features: float16 or float32[n, d].
        label: int16[n].
        groups: int[n], the group of each row.
        classes: outputs of the heads.
        l2: strength of their penalty, see `linear_head.fit`.
        folds: number of folds; as many as there are groups if there are fewer.
        rng: deals the groups.
        threads: of the linear algebra.

    Returns:
        float32[n, classes]; of a single group, with nothing to learn from, all alike.
    """
    different, group = np.unique(groups, return_inverse=True)
    folds = min(folds, len(different))
    if folds < 2:
        return np.full((len(label), classes), 1 / classes, np.float32)
    fold = (rng.permutation(len(different)) % folds)[group]
    probability = np.empty((len(label), classes), np.float32)
    for number in range(folds):
        inside = fold == number
        head = fit(features[~inside], label[~inside], classes, l2, None, threads)
        probability[inside] = head.probabilities(features[inside])
    return probability
