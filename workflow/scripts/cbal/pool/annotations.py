"""Annotations: the answers to a query, with the same columns whoever the annotator is."""

import numpy as np
import pyarrow as pa

INDIVIDUAL, CLUSTER = "individual", "cluster"  # kinds of questions

# Columns of every `query.parquet`. Others are notes of a strategy (`strategies.base.Selection`).
QUERY = ("interaction", "sample_id", "kind", "score")

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


def notes_of(query: pa.Table) -> dict[str, pa.Array]:
    """Return what a strategy noted of each interaction of a query, by name."""
    interaction = query["interaction"].to_numpy()
    first = np.unique(interaction, return_index=True)[1]
    return {
        name: pa.array(query[name].to_numpy()[first])
        for name in query.column_names
        if name not in QUERY
    }


def with_notes(annotations: pa.Table, query: pa.Table) -> pa.Table:
    """Return the annotations with the notes of the questions, one column for each note.

    Args:
        annotations: one row for each interaction, ascending; those after the questions are parts
            (`cbal.pool.parts`), of which the strategy noted nothing.
        query: that they answer.
    """
    for name, values in notes_of(query).items():
        if parts := len(annotations) - len(values):
            values = pa.concat_arrays([values, pa.nulls(parts, values.type)])
        annotations = annotations.append_column(name, values)
    return annotations


def of_clusters(table: pa.Table) -> np.ndarray:
    """Return bool[rows], whether each row of a query or of annotations is of a cluster."""
    return np.array(table["kind"].to_pylist(), dtype=object) == CLUSTER


def excluded_of(annotations: pa.Table) -> list[int]:
    """Return the samples that were taken out of a cluster before labeling it."""
    if "excluded" not in annotations.column_names:
        return []
    return [sample for row in annotations["excluded"].to_pylist() for sample in row or ()]
