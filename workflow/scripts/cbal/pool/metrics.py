"""Columns of the tables of metrics and of timing, and metrics of the labels of the pool."""

from typing import Any

import numpy as np
import pyarrow as pa

from cbal.pool.state import CLUSTER, INDIVIDUAL, PSEUDO, Pool

# Columns of `metrics.parquet`.
METRICS = pa.schema(
    {
        "dataset": pa.string(),
        "scenario": pa.string(),
        "seed": pa.int32(),
        "round": pa.int32(),
        "images": pa.int32(),
        "interactions": pa.int32(),
        "interactions_individual": pa.int32(),
        "interactions_cluster": pa.int32(),
        "images_individual": pa.int32(),
        "images_cluster": pa.int32(),
        "images_pseudo": pa.int32(),
        "cluster_accuracy": pa.float64(),
        "pseudo_accuracy": pa.float64(),
        # Cluster labels that a sieve leaves out of the training.
        "images_left_out": pa.int32(),
        "left_out_accuracy": pa.float64(),
        "test_accuracy": pa.float64(),
        "test_loss": pa.float64(),
        # Labels to take away (`cbal.pool.take_away`); null where they are not measured.
        "right_individual": pa.int32(),
        "right_cluster": pa.int32(),
        "images_predicted": pa.int32(),
        "right_predicted": pa.int32(),
        "threshold": pa.float64(),
        "images_confident": pa.int32(),
        "right_confident": pa.int32(),
        "held_out": pa.int32(),
        "held_out_right": pa.int32(),
        "held_out_confident": pa.int32(),
        "held_out_confident_right": pa.int32(),
    }
)

# Columns of `timing*.parquet`.
TIMING = pa.schema(
    {
        "dataset": pa.string(),
        "scenario": pa.string(),
        "seed": pa.int32(),
        "round": pa.int32(),
        "stage": pa.string(),
        "seconds": pa.float64(),
        "images_per_second": pa.float64(),
        "peak_memory_mb": pa.float64(),
        "device": pa.string(),
    }
)


def label_metrics(pool: Pool, truth: np.ndarray) -> dict[str, Any]:
    """Return the columns of `metrics.parquet` that describe the labels of the pool.

    Args:
        pool: after the round.
        truth: int16[n], true labels of the pool's samples, in the pool's order; -1 for unknown.
    """
    clustered, pseudo = pool.kind == CLUSTER, pool.kind == PSEUDO
    left_out = clustered & (False if pool.weight is None else pool.weight == 0)
    return {
        "images": len(pool.sample_id),
        "interactions": pool.interactions,
        "interactions_individual": pool.individual,
        "interactions_cluster": pool.cluster,
        "images_individual": int((pool.kind == INDIVIDUAL).sum()),
        "images_cluster": int(clustered.sum()),
        "images_pseudo": int(pseudo.sum()),
        "cluster_accuracy": _accuracy(pool.label, truth, clustered),
        "pseudo_accuracy": _accuracy(pool.label, truth, pseudo),
        "images_left_out": int(left_out.sum()),
        "left_out_accuracy": _accuracy(pool.label, truth, left_out),
    }


def _accuracy(label: np.ndarray, truth: np.ndarray, chosen: np.ndarray) -> float | None:
    """Return the share of right labels among chosen samples with a known true label, or None."""
    known = chosen & (truth >= 0)
    return float((label == truth)[known].mean()) if known.any() else None
