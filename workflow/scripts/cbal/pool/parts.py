"""Parts of split clusters, in annotations and in the queries that these answer.

An annotator may split a cluster instead of labeling it. The answer to the cluster is then a
refusal, which is one interaction, and so is the answer to each of its parts. Annotations have the
parts in rows after those of the query's questions, with numbers of their own, and in two more
columns. Steps in which nothing was split have neither.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from cbal.pool.annotations import ANNOTATIONS, CLUSTER, QUERY

FEWEST, MOST = 2, 6  # parts of a cluster

# `split_of` is the interaction of the cluster that was split, `split_samples` are the part's
# samples in the order in which they were shown; both null for a question of the query.
PARTS = pa.schema({"split_of": pa.int32(), "split_samples": pa.list_(pa.int64())})

Row = dict[str, Any]


def table_of(rows: list[Row], parts: list[Row], more: Sequence[pa.Field] = ()) -> pa.Table:
    """Return annotations.

    Args:
        rows: of the query's questions, by interaction.
        parts: of the parts, with their `split_of` and `split_samples`; numbered here.
        more: columns beside those of `ANNOTATIONS`.
    """
    numbered = [part | {"interaction": len(rows) + i} for i, part in enumerate(parts)]
    columns = pa.schema([*ANNOTATIONS, *more, *(PARTS if parts else ())])
    return pa.Table.from_pylist([*rows, *numbered], columns)


def as_answered(query: pa.Table, annotations: pa.Table) -> pa.Table:
    """Return a query with a question for each part of its split clusters.

    Args:
        query: columns interaction, sample_id and kind, and others.
        annotations: that answer it.

    Returns:
        The columns of `QUERY` that the query has; the query itself if nothing was split. The score
        of a sample in a part is its place there.
    """
    there = "split_of" in annotations.column_names
    rows = annotations.select(["interaction", *PARTS.names]).to_pylist() if there else []
    parts = [row for row in rows if row["split_of"] is not None]
    if not parts:
        return query
    sizes = [len(part["split_samples"]) for part in parts]
    of_parts = {
        "interaction": np.repeat([part["interaction"] for part in parts], sizes),
        "sample_id": [sample for part in parts for sample in part["split_samples"]],
        "kind": [CLUSTER] * sum(sizes),
        "score": [float(place) for size in sizes for place in range(size)],
    }
    asked = query.select([name for name in QUERY if name in query.column_names])
    more = {name: of_parts[name] for name in asked.column_names}
    return pa.concat_tables([asked, pa.table(more, schema=asked.schema)])
