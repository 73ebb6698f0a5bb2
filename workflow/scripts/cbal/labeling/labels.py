"""The labels of a whole data set, as people take them away."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.device import Execution
from cbal.extraction import extract
from cbal.feature_range import check_finite
from cbal.files import atomic
from cbal.images import Batches
from cbal.models import load_model
from cbal.pool import CLUSTER, INDIVIDUAL, KINDS, NONE, Pool

LABELS = pa.schema(
    {
        "sample_id": pa.int64(),
        "file": pa.string(),
        "label": pa.string(),
        "kind": pa.string(),
        "confidence": pa.float32(),
        "round": pa.int16(),
    }
)


def without_label(pool: Pool, known: np.ndarray) -> np.ndarray:
    """Return int64[m], the samples without an individual label, ascending.

    Args:
        pool: after the last round.
        known: int16[samples], labels of the validation by `sample_id`, -1 elsewhere.
    """
    labeled = known >= 0
    labeled[pool.sample_id[pool.kind == INDIVIDUAL]] = True
    return np.flatnonzero(~labeled)


def predict(
    model: Path, images: np.ndarray, sample_id: np.ndarray, execution: Execution
) -> np.ndarray:
    """Return float32[m, classes], a trained model's softmax for m samples."""
    network, spec = load_model(model)
    batches = Batches(images, sample_id, spec, execution.device, execution.room)
    parts = extract(network.to(execution.device), batches, execution)
    probabilities = np.concatenate([probability for _, probability in parts])
    check_finite(sample_id, probabilities, "probabilities", "make `learning_rate:` smaller")
    return probabilities


def labels_table(
    files: Sequence[str],
    classes: Sequence[str],
    pool: Pool,
    known: np.ndarray,
    sample_id: np.ndarray,
    probability: np.ndarray | None,
) -> pa.Table:
    """Return one row for each sample: its file, label, and where the label is from.

    `kind` is individual, cluster or model; null, as the label, where there is no model.
    `confidence` is the last model's probability of the label, null for individual ones.
    `round` gave the label: 0 is the validation.

    Args:
        files: n names, by `sample_id`.
        classes: names of the classes.
        pool: after the last round.
        known: int16[n], labels of the validation, -1 elsewhere.
        sample_id: int64[m], see `without_label`.
        probability: float32[m, classes] of these; None where there is no model.
    """
    n = len(files)
    label, kind = known.copy(), np.where(known >= 0, INDIVIDUAL, NONE)
    round_ = np.where(known >= 0, 0, -1)
    given = (pool.kind == INDIVIDUAL) | (pool.kind == CLUSTER)  # not what an older model said
    label[pool.sample_id[given]] = pool.label[given]
    kind[pool.sample_id[given]] = pool.kind[given]
    round_[pool.sample_id[given]] = pool.labeled_round[given]
    names = np.array([None, *KINDS], object)[kind]
    confidence = np.full(n, np.nan, np.float32)
    if probability is not None:
        rest = sample_id[kind[sample_id] == NONE]
        at = np.searchsorted(sample_id, rest)
        label[rest], names[rest] = probability[at].argmax(1), "model"
        round_[rest] = pool.round
        told = sample_id[(kind[sample_id] == CLUSTER) | (kind[sample_id] == NONE)]
        at = np.searchsorted(sample_id, told)
        confidence[told] = probability[at, label[told]]
    columns = {
        "sample_id": np.arange(n),
        "file": list(files),
        "label": np.array([*classes, None], object)[label],
        "kind": names,
        "confidence": pa.array(confidence, mask=np.isnan(confidence)),
        "round": pa.array(round_, pa.int16(), mask=round_ < 0),
    }
    return pa.table(columns, schema=LABELS)


def write_csv(path: Path, table: pa.Table) -> None:
    """Write `labels.csv`: a line for each file; what is not known is empty."""
    with atomic(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        names = [name for name in table.column_names if name != "sample_id"]
        writer.writerow(names)
        for row in table.select(names).to_pylist():
            if row["confidence"] is not None:
                row["confidence"] = f"{row['confidence']:.4f}"
            writer.writerow(["" if value is None else value for value in row.values()])
