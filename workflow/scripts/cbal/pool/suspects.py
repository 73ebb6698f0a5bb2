"""Suspects: labels, by how strongly a head that did not learn from them contradicts them."""

import numpy as np
import pyarrow as pa

from cbal.learning.out_of_fold import out_of_fold
from cbal.pool.state import KINDS, Pool

FOLDS = 5

# Columns of `suspects.parquet`, one row per label, the most suspect first.
SUSPECTS = pa.schema(
    {
        "sample_id": pa.int64(),
        "label": pa.int16(),
        "label_kind": pa.string(),
        "interaction": pa.int32(),
        "confidence": pa.float32(),
        "predicted": pa.int16(),
        "predicted_confidence": pa.float32(),
        "doubt": pa.float32(),
    }
)


def suspects_of(
    pool: Pool, features: np.ndarray, l2: float, rng: np.random.Generator, threads: int = 1
) -> pa.Table:
    """Return the labels of the annotator as rows of `SUSPECTS`.

    `confidence` is the out-of-fold probability of the label (Northcutt, Jiang and Chuang 2021
    call it self-confidence). `doubt` is its negative logarithm (nats), which tells small ones
    apart. Labels that were verified are left out, and labels of a class that a single answer
    gave: no other answer says what the class looks like.

    Args:
        pool: of n samples.
        features: float16 or float32[m, d], of the samples with `pool.given`, in their order.
        l2: strength of the penalty; see `linear_head.fit`.
        rng: deals the folds.
        threads: folds that are computed at a time.
    """
    rows = np.flatnonzero(pool.given)
    label, group = pool.label[rows], pool.answer[rows]
    listed = _judged(label, group)
    if pool.verified is not None:
        listed &= ~pool.verified[rows]
    if not listed.any():
        return SUSPECTS.empty_table()
    classes = int(label.max()) + 1
    probability = out_of_fold(features, label, group, classes, l2, FOLDS, rng, threads)
    confidence = probability[np.arange(len(rows)), label]
    predicted = probability.argmax(axis=1)
    doubt = -np.log(np.maximum(confidence, np.finfo(np.float32).tiny))
    order = np.lexsort((pool.sample_id[rows], -doubt))
    order = order[listed[order]]
    rows = rows[order]
    names = np.array([None, *KINDS], dtype=object)
    return pa.table(
        [
            pool.sample_id[rows],
            pool.label[rows],
            pa.array(names[pool.kind[rows]], pa.string()),
            pool.interaction[rows],
            confidence[order],
            predicted[order].astype(np.int16),
            probability.max(axis=1)[order],
            doubt[order],
        ],
        schema=SUSPECTS,
    )


def _judged(label: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return bool[n], the labels whose class was given by two answers or more."""
    answers = np.unique(np.stack([label, group]), axis=1)[0]
    return np.bincount(answers, minlength=label.max(initial=-1) + 1)[label] > 1
