"""Annotations: the answers to a query, with the same columns whoever the annotator is."""

import numpy as np
import pyarrow as pa

INDIVIDUAL, CLUSTER = "individual", "cluster"  # kinds of questions

# Columns of `annotations.parquet`, one row per interaction. `size` counts the samples of the
# question, `shown` those that the annotator looked at, `excluded` are those taken out of it.
ANNOTATIONS = pa.schema(
    {
        "interaction": pa.int32(),
        "kind": pa.string(),
        "size": pa.int32(),
        "label": pa.int16(),
        "accepted": pa.bool_(),
        "seconds": pa.float32(),
        "excluded": pa.list_(pa.int64()),
        "shown": pa.int32(),
    }
)


def groups_of(query: pa.Table) -> list[np.ndarray]:
    """Return the samples of each interaction of a query, in the order they are shown."""
    interaction = query["interaction"].to_numpy()
    n = int(interaction.max()) + 1 if len(interaction) else 0
    order = np.argsort(interaction, kind="stable")
    bounds = np.searchsorted(interaction[order], np.arange(1, n))
    return np.split(query["sample_id"].to_numpy()[order], bounds) if n else []


def kinds_of(query: pa.Table) -> list[str]:
    """Return the kind of each interaction of a query, "individual" or "cluster"."""
    first = np.unique(query["interaction"].to_numpy(), return_index=True)[1]
    kinds = query["kind"].to_pylist()
    return [kinds[row] for row in first]


def of_clusters(table: pa.Table) -> np.ndarray:
    """Return bool[rows], whether each row of a query or of annotations is of a cluster."""
    return np.array(table["kind"].to_pylist(), dtype=object) == CLUSTER
