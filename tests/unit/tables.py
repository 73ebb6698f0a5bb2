"""Tables that several tests need."""

from pathlib import Path

import numpy as np

from cbal.storage.feature_files import to_batch, write_features


def features_file(path, sample_id, feature, probability=None, terms=()) -> Path:
    """Write `features.parquet` of samples, features, probabilities, and terms of passes."""
    feature = np.asarray(feature, np.float16)
    if probability is not None:
        probability = np.asarray(probability, np.float32)
    classes = 1 if probability is None else probability.shape[1]
    batch = to_batch(np.asarray(sample_id, np.int64), feature, probability, classes, terms)
    write_features(path, [batch])
    return path
