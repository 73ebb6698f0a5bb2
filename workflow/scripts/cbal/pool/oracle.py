"""The oracle: an annotator simulated from the true labels."""

import numpy as np
import pyarrow as pa


def annotate(query: pa.Table, truth: np.ndarray, purity: float) -> pa.Table:
    """Answer each interaction of `query` like the paper's simulated expert (section 4).

    A single image gets its true label. A cluster gets the label of its modal class if at least
    the share `purity` of its samples belongs to that class; otherwise it is refused. Of two modal
    classes, the one with the smaller number is taken.

    Args:
        query: columns interaction int32 (dense from 0), sample_id, kind.
        truth: int16[samples], the true label of each sample, in the order of `sample_id`.
        purity: smallest accepted share of the modal class, in (0, 1].

    Returns:
        A table with one row per interaction: interaction int32, kind string,
        size int32, label int16 (null if refused), accepted bool, seconds float32
        (null, since the oracle takes no time).
    """
    interaction = query.column("interaction").to_numpy()
    labels = truth[query.column("sample_id").to_numpy()].astype(np.int64)
    n = int(interaction.max()) + 1 if len(interaction) else 0
    counts = np.zeros((n, int(labels.max()) + 1 if n else 1), np.int64)
    np.add.at(counts, (interaction, labels), 1)
    size = counts.sum(axis=1)
    label = counts.argmax(axis=1)
    # The product is rounded, so that a purity of 0.8 accepts 4 of 5.
    accepted = counts.max(axis=1, initial=0) >= np.round(purity * size, 9)
    kinds = np.array(query.column("kind").to_pylist(), dtype=object)
    first = np.unique(interaction, return_index=True)[1]
    return pa.table(
        {
            "interaction": pa.array(np.arange(n), pa.int32()),
            "kind": pa.array(kinds[first], pa.string()),
            "size": pa.array(size, pa.int32()),
            "label": pa.array(label, pa.int16(), mask=~accepted),
            "accepted": pa.array(accepted, pa.bool_()),
            "seconds": pa.nulls(n, pa.float32()),
        }
    )
