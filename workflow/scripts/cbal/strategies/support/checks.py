"""Checks with which strategies begin: of features, and of settings."""

import numpy as np

from cbal.clustering.blocks import Workers
from cbal.errors import InputError
from cbal.strategies.base import Candidates, refuse


def squared_norms(candidates: Candidates, share: Workers) -> np.ndarray:
    """Return float32[n], the squared length of each candidate's features.

    Raises:
        InputError: a feature is not a finite number.
    """
    norms = share.squared_norms(candidates.features)
    refuse(candidates.sample_id, ~np.isfinite(norms), "features")
    return norms


def labeled_rows(candidates: Candidates) -> np.ndarray:
    """Return float32[m, d], the features of the m labeled samples; m may be 0.

    Raises:
        InputError: a feature is not a finite number.
    """
    labeled = candidates.labeled_features
    if labeled is None or not len(labeled):
        return np.empty((0, candidates.features.shape[1]), np.float32)
    rows = np.asarray(labeled, np.float32)
    if not np.isfinite(rows).all():
        raise InputError("the features of a labeled sample are not numbers; retrain its model")
    return rows


def positive(**settings: float) -> None:
    """Check that all settings are above 0.

    Raises:
        InputError: a setting is not above 0.
    """
    for name, value in settings.items():
        if not value > 0:
            raise InputError(f"setting {name}: {value} is not above 0; correct it in config.yaml")
