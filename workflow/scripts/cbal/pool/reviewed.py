"""Labels of the pool that a person corrected in the review.

What a round learned of the review is recorded in the metadata `review` of its files: the labels of
all samples that the review ever changed, as they were when the file was written. So a round can be
computed again from its files, whatever is corrected later.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from cbal.pool.state import CLUSTER, INDIVIDUAL, NONE, Pool

Labels = dict[str, list[int]]  # columns sample_id, label (-1 for none), kind, round


def with_review(pool: Pool, labels: Labels, cluster_labels: str = "keep") -> Pool:
    """Return the pool with the labels of the review.

    A correction counts as an individual label, from no interaction of a query. A label that was
    taken back is none, and its sample can be asked about again.

    Args:
        pool: at the start of a round, or after some of its steps.
        labels: of samples, some of which may not be in the pool.
        cluster_labels: "reask" if cluster labels of earlier rounds do not hold; see `begin_round`.
    """
    sample, label, kind, round_ = (
        np.asarray(labels[name], np.int64) for name in ("sample_id", "label", "kind", "round")
    )
    holds = (kind == INDIVIDUAL) | (kind == CLUSTER)
    if cluster_labels == "reask":
        holds &= (kind != CLUSTER) | (round_ == pool.round)
    at = np.minimum(np.searchsorted(pool.sample_id, sample), max(len(pool.sample_id) - 1, 0))
    here = pool.sample_id[at] == sample if len(pool.sample_id) else np.zeros(len(sample), bool)
    at, holds = at[here], holds[here]
    changed = {name: getattr(pool, name).copy() for name in ("label", "kind", "labeled_round")}
    told = np.where(holds, label[here], -1), np.where(holds, kind[here], NONE)
    other = (changed["label"][at] != told[0]) | (changed["kind"][at] != told[1])
    interaction = pool.interaction.copy()
    # What a cluster gave it gave, also if its class is merged since: its members stay together.
    merged = (told[1] == CLUSTER) & (changed["kind"][at] == CLUSTER)
    merged &= changed["labeled_round"][at] == round_[here]
    interaction[at[other & ~merged]] = -1
    changed["label"][at], changed["kind"][at] = told
    changed["labeled_round"][at[other]] = np.where(holds, round_[here], -1)[other]
    return replace(pool, **changed, interaction=interaction)


def review_of(metadata: dict[str, Any]) -> Labels:
    """Return the labels of the review in a file's metadata; none if the file has none."""
    empty: Labels = {"sample_id": [], "label": [], "kind": [], "round": []}
    return metadata.get("review", {}).get("labels", empty)
