"""Pseudo-labels: predicted labels of low entropy, which are used for training."""

from pathlib import Path

import numpy as np

from cbal.log import say
from cbal.pool.state import NONE, Pool, give_pseudo_labels
from cbal.storage.feature_files import read_features
from cbal.strategies.support.probabilities import entropy
from cbal.wording import counted


def with_pseudo_labels(pool: Pool, features: Path, threshold: float, decay: float) -> Pool:
    """Return the pool with pseudo-labels where the entropy is low (Wang et al. 2017, CEAL).

    A sample without a label gets its likeliest class if the entropy of its probabilities is below
    the threshold. The threshold falls by `decay` in each round after the first.

    Args:
        pool: after all steps of the round.
        features: `features.parquet` of the model of the previous round.
        threshold: of the first round, in nats.
        decay: in nats per round.

    Raises:
        InputError: the features lack a sample without a label.
    """
    open_ = pool.kind == NONE
    if not open_.any():
        return pool
    probability = read_features(features, pool.sample_id[open_], ["probability"])["probability"]
    chosen, label = open_.copy(), np.zeros(len(open_), np.int16)
    limit = threshold - decay * (pool.round - 1)
    chosen[open_] = entropy(probability) < limit
    label[open_] = probability.argmax(axis=1)
    say(f"{counted(chosen.sum(), 'pseudo-label')}: entropy below {limit:.4g}")
    return give_pseudo_labels(pool, chosen, label)
