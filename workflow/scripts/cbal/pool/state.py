"""The pool: all training samples with their label state."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from cbal.pool.annotations import excluded_of, of_clusters
from cbal.storage.files import filled, labels_of

NONE, INDIVIDUAL, CLUSTER, PSEUDO = 0, 1, 2, 3
KINDS = ("individual", "cluster", "pseudo")

POOL_COLUMNS = ("sample_id", "label", "label_kind", "labeled_round", "interaction")


@dataclass(frozen=True)
class Pool:
    """Label state of n training samples, in the order of their `sample_id`.

    Attributes:
        sample_id: int64[n].
        label: int16[n], -1 for no label.
        kind: int8[n], NONE, INDIVIDUAL, CLUSTER or PSEUDO (predicted by the model, not given by
            the annotator; used for the training of one round only).
        labeled_round: int16[n], the round of the label, -1 for no label.
        interaction: int32[n], the interaction that gave the label, counted from 0 over
            the whole run, -1 if no interaction did.
        individual, cluster: number of interactions of each kind so far.
        latest: number of interactions in the latest round.
        round: the latest round; 0 before any label.
        verified: bool[n], whether the annotator confirmed or corrected a label that was suspect;
            None if there is no such sample.
        weight: float32[n], what a label counts in the training of this round, 0 for not at all;
            None if all count alike.
    """

    sample_id: np.ndarray
    label: np.ndarray
    kind: np.ndarray
    labeled_round: np.ndarray
    interaction: np.ndarray
    individual: int = 0
    cluster: int = 0
    latest: int = 0
    round: int = 0
    verified: np.ndarray | None = None
    weight: np.ndarray | None = None

    @property
    def given(self) -> np.ndarray:
        """bool[n], the samples that have a label of the annotator."""
        return (self.kind == INDIVIDUAL) | (self.kind == CLUSTER)

    @property
    def answer(self) -> np.ndarray:
        """int64[n], equal for the labels of one answer; a label of no interaction is by itself."""
        return np.where(self.interaction < 0, -1 - self.sample_id, self.interaction)

    @property
    def interactions(self) -> int:
        """Number of interactions so far, of both kinds."""
        return self.individual + self.cluster

    @property
    def unlabeled(self) -> np.ndarray:
        """bool[n], the unlabeled pool: every sample without an individual label."""
        return self.kind != INDIVIDUAL

    @property
    def ended(self) -> bool:
        """Whether the run has ended: its latest round had nothing left to ask."""
        return self.round > 0 and self.latest == 0


def initial(sample_id: np.ndarray) -> Pool:
    """Return the pool of round 0, in which no sample has a label."""
    n = len(sample_id)
    return Pool(
        sample_id=np.sort(np.asarray(sample_id, np.int64)),
        label=np.full(n, -1, np.int16),
        kind=np.full(n, NONE, np.int8),
        labeled_round=np.full(n, -1, np.int16),
        interaction=np.full(n, -1, np.int32),
    )


def supervised(sample_id: np.ndarray, truth: np.ndarray) -> Pool:
    """Return the pool of the supervised baseline: each image labeled in one interaction."""
    n = len(sample_id)
    return replace(
        initial(sample_id),
        label=truth[sample_id],
        kind=np.full(n, INDIVIDUAL, np.int8),
        individual=n,
        latest=n,
    )


def admit(pool: Pool, sample_id: np.ndarray) -> Pool:
    """Return the pool with new samples, which have no label; its own samples stay as they are.

    Args:
        pool: of n samples.
        sample_id: int64[m], all training samples, old and new.
    """
    new = initial(np.setdiff1d(sample_id, pool.sample_id))
    names = ["sample_id", "label", "kind", "labeled_round", "interaction"]
    if pool.verified is not None:
        new = replace(new, verified=np.zeros(len(new.sample_id), bool))
        names.append("verified")
    order = np.argsort(np.concatenate([pool.sample_id, new.sample_id]), kind="stable")
    joined = {
        name: np.concatenate([getattr(pool, name), getattr(new, name)])[order] for name in names
    }
    return replace(pool, **joined, weight=None)


def begin_round(pool: Pool, round: int, cluster_labels: str) -> Pool:
    """Return the pool at the start of `round`.

    With `cluster_labels="reask"` (as the paper's Figure 3, right, suggests) the cluster labels of
    earlier rounds are removed and asked again; with "keep" they stay. Pseudo-labels are always
    removed, and so are weights: they are of one round.
    """
    pool = replace(pool, round=round, latest=0, weight=None)
    stale = pool.kind == PSEUDO
    if cluster_labels == "reask":
        stale |= pool.kind == CLUSTER
    return replace(
        pool,
        label=np.where(stale, -1, pool.label).astype(np.int16),
        kind=np.where(stale, NONE, pool.kind).astype(np.int8),
        labeled_round=np.where(stale, -1, pool.labeled_round).astype(np.int16),
        interaction=np.where(stale, -1, pool.interaction).astype(np.int32),
    )


def apply_annotations(
    pool: Pool,
    query: pa.Table,
    annotations: pa.Table,
    again: bool = False,
    verifies: bool = False,
) -> Pool:
    """Return the pool after the annotator's answers to one step's query.

    An individual label replaces a cluster label, and is replaced only where it is verified. A
    refused question changes no label and counts as one interaction.

    Args:
        pool: the pool before the step.
        query: columns interaction, sample_id, kind (one row per shown sample).
        annotations: columns interaction, kind, label, accepted (one row per interaction), and
            `excluded`: the samples to which the answer does not apply.
        again: whether the query may show samples that have an individual label; they keep it.
        verifies: whether the query asks again for labels, one by one; a new label replaces any.

    Raises:
        ValueError: the query shows a sample that has an individual label.
    """
    shown = query.column("sample_id").to_numpy()
    interaction = query.column("interaction").to_numpy()
    order = np.argsort(annotations.column("interaction").to_numpy())
    accepted = annotations.column("accepted").to_numpy(zero_copy_only=False)[order].astype(bool)
    label = labels_of(annotations)[order]
    by_cluster = of_clusters(annotations)[order]

    row = np.searchsorted(pool.sample_id, shown)
    kept = (pool.kind[row] == INDIVIDUAL) & (not verifies)
    if kept.any() and not again:
        raise ValueError("a sample with an individual label was queried again")
    answered = accepted[interaction] & ~kept & ~np.isin(shown, excluded_of(annotations))
    row, interaction = row[answered], interaction[answered]

    changed = {name: getattr(pool, name).copy() for name in ("label", "kind", "labeled_round")}
    changed["label"][row] = label[interaction]
    changed["kind"][row] = np.where(by_cluster[interaction], CLUSTER, INDIVIDUAL)
    changed["labeled_round"][row] = pool.round
    provenance = pool.interaction.copy()
    provenance[row] = pool.interactions + interaction
    clusters = int(by_cluster.sum())
    if verifies and len(row):
        changed["verified"] = _verified(pool, row)
    return replace(
        pool,
        **changed,
        interaction=provenance,
        individual=pool.individual + len(order) - clusters,
        cluster=pool.cluster + clusters,
        latest=pool.latest + len(order),
    )


def give_pseudo_labels(pool: Pool, chosen: np.ndarray, label: np.ndarray) -> Pool:
    """Return the pool with pseudo-labels; they do not count as interactions.

    Args:
        pool: after all steps of the round.
        chosen: bool[n], samples to get a pseudo-label; samples with a label keep it.
        label: int16[n], the predicted labels.
    """
    chosen = chosen & (pool.kind == NONE)
    return replace(
        pool,
        label=np.where(chosen, label, pool.label).astype(np.int16),
        kind=np.where(chosen, PSEUDO, pool.kind).astype(np.int8),
        labeled_round=np.where(chosen, pool.round, pool.labeled_round).astype(np.int16),
    )


def to_table(pool: Pool) -> tuple[pa.Table, dict[str, Any]]:
    """Return the pool as a table, and the metadata that belong to the table."""
    empty = pool.kind == NONE
    names = np.array([None, *KINDS], dtype=object)
    table = pa.table(
        {
            "sample_id": pa.array(pool.sample_id, pa.int64()),
            "label": pa.array(pool.label, pa.int16(), mask=empty),
            "label_kind": pa.array(names[pool.kind], pa.string()),
            "labeled_round": pa.array(pool.labeled_round, pa.int16(), mask=empty),
            "interaction": pa.array(pool.interaction, pa.int32(), mask=pool.interaction < 0),
        }
    )
    if pool.verified is not None:
        table = table.append_column("verified", pa.array(pool.verified))
    if pool.weight is not None:
        table = table.append_column("weight", pa.array(pool.weight, pa.float32(), mask=empty))
    metadata = {
        "interactions_individual": pool.individual,
        "interactions_cluster": pool.cluster,
        "interactions_round": pool.latest,
    }
    return table, metadata


def from_table(table: pa.Table, metadata: dict[str, Any]) -> Pool:
    """Return the pool from the table and the metadata that `to_table` made."""
    kind = np.zeros(len(table), np.int8)
    labels = np.array(table.column("label_kind").to_pylist(), dtype=object)
    for number, name in enumerate(KINDS, start=1):
        kind[labels == name] = number
    return Pool(
        sample_id=table.column("sample_id").to_numpy(),
        label=labels_of(table),
        kind=kind,
        labeled_round=filled(table.column("labeled_round"), np.int16),
        interaction=filled(table.column("interaction"), np.int32),
        individual=metadata["interactions_individual"],
        cluster=metadata["interactions_cluster"],
        latest=metadata["interactions_round"],
        round=metadata["round"],
        verified=table["verified"].to_numpy() if "verified" in table.column_names else None,
        weight=_weight(table),
    )


def _verified(pool: Pool, row: np.ndarray) -> np.ndarray:
    """Return `verified`, bool[n], with some more rows."""
    none = np.zeros(len(pool.sample_id), bool)
    flags = none if pool.verified is None else pool.verified.copy()
    flags[row] = True
    return flags


def _weight(table: pa.Table) -> np.ndarray | None:
    """Return the weights of labels, 0 without a label; None if the table has none."""
    return np.nan_to_num(table["weight"].to_numpy()) if "weight" in table.column_names else None
