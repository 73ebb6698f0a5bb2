"""Two kinds of uncertainty: of the data, and of the model (Kendall and Gal 2017)."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cbal.pool.annotations import of_clusters
from cbal.storage.files import metadata_of
from cbal.strategies.support.probabilities import entropy

KINDS = {name: pa.float32() for name in ("entropy", "aleatoric", "epistemic")}
# Columns of `uncertainty.parquet` and `uncertainty-clusters.parquet`, all three kinds in nats.
OF_SAMPLES = pa.schema({"sample_id": pa.int64(), **KINDS})
OF_CLUSTERS = pa.schema(
    {"step": pa.string(), "interaction": pa.int32(), "size": pa.int32(), **KINDS}
)


def divided(probability: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return float32[3, n]: the entropy of each sample, and its aleatoric and epistemic part.

    The entropy of the mean probabilities of several passes is the mean entropy of a pass
    (aleatoric: the sample looks like several classes) plus the mutual information of label and
    model (epistemic: the passes differ; Houlsby et al. 2011, equation 2).

    Args:
        probability: float32[n, classes], mean over passes.
        expected: float32[n], mean over passes of the entropy (nats).
    """
    whole = entropy(probability)
    # Rounding may make the difference of equal numbers negative.
    return np.stack([whole, expected, np.maximum(whole - expected, 0)])


def of_samples(sample_id: np.ndarray, kinds: np.ndarray) -> pa.Table:
    """Return the rows of `OF_SAMPLES` for int64[n] samples and float32[3, n], `divided`."""
    return pa.table([sample_id, *kinds.astype(np.float32)], schema=OF_SAMPLES)


def of_shown_clusters(
    sample_id: np.ndarray, kinds: np.ndarray, queries: Sequence[pa.Table]
) -> pa.Table:
    """Return the rows of `OF_CLUSTERS`: means over the samples of each cluster of a round.

    Args:
        sample_id: int64[n], ascending.
        kinds: float32[3, n], `divided`.
        queries: of the round's steps; those that show single samples have no rows.
    """
    tables = [OF_CLUSTERS.empty_table()]
    for query in queries:
        chosen = of_clusters(query)
        if not chosen.any():
            continue
        interaction = query["interaction"].to_numpy()[chosen]
        shown = query["sample_id"].to_numpy()[chosen]
        size = np.bincount(interaction)
        at = np.searchsorted(sample_id, shown)
        means = [np.bincount(interaction, kind[at]) / size for kind in kinds]
        columns = [
            pa.array([metadata_of(query)["step"]] * len(size), pa.string()),
            np.arange(len(size), dtype=np.int32),
            size.astype(np.int32),
            *(mean.astype(np.float32) for mean in means),
        ]
        tables.append(pa.table(columns, schema=OF_CLUSTERS))
    return pa.concat_tables(tables)
