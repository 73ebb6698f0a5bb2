"""Tables that several tests need."""

import numpy as np
import pyarrow as pa

from cbal.extraction import to_batch


def features_table(sample_id, feature, probability=None) -> pa.Table:
    """Return `features.parquet` of samples, features and probabilities."""
    feature = np.asarray(feature, np.float16)
    if probability is not None:
        probability = np.asarray(probability, np.float32)
    classes = 1 if probability is None else probability.shape[1]
    return pa.Table.from_batches(
        [to_batch(np.asarray(sample_id, np.int64), feature, probability, classes)]
    )
