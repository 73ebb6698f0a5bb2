"""Queries: the samples that a strategy chooses from a pool for the annotator."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from cbal.log import say
from cbal.pool.state import NONE, Pool
from cbal.storage.columns import COLUMNS, DOUBT, ITSELF, OF_A_HEAD
from cbal.storage.encoded import open_encoded
from cbal.storage.feature_files import read_features
from cbal.storage.feature_range import computable
from cbal.storage.files import read_table
from cbal.strategies import random_choice
from cbal.strategies.base import Candidates
from cbal.strategies.support.calls import Select
from cbal.wording import counted

RANDOM = "cbal.strategies.random_choice:select"
# Strategies for round 1, in place of those that need a trained head.
COLD_START = {"random": RANDOM, "centroid": "cbal.strategies.centroid:select"}


def stream_of(address: str) -> str:
    """Return the name of a strategy's random stream.

    For a strategy in a user's file it leaves out the folder, so that moving the file does not
    change the random numbers. For a built-in strategy it is the address. Do not change it: all
    results depend on it.
    """
    module, _, function = address.rpartition(":")
    return f"{Path(module).name}:{function}" if module.endswith(".py") else address


def usable_strategy(
    address: str, needs: Sequence[str], candidates: Candidates, cold_start: str = "random"
) -> str:
    """Return the address of the strategy to use: the step's, or its replacement in round 1.

    In round 1 no head is trained, so there are no probabilities and no uncertainty.

    Args:
        address: of the step's strategy.
        needs: names of the fields of `Candidates` that the strategy uses.
        candidates: the samples to choose from, with the fields that are available.
        cold_start: key of `COLD_START`, the replacement; or `ITSELF` for none.
    """
    if cold_start == ITSELF:
        return address
    missing = [need for need in needs if need in OF_A_HEAD and getattr(candidates, need) is None]
    if not missing or not len(candidates):
        return address
    how = "drawn at random" if cold_start == "random" else "those nearest to k-means centroids"
    say(f"no trained head yet: the samples are {how}")
    return COLD_START[cold_start]


def candidates_of(
    pool: Pool,
    kind: str,
    cluster_labels: str,
    needs: Sequence[str],
    features: Path | None,
    encoded: Path | None = None,
) -> Candidates:
    """Return the samples of the unlabeled pool that a step may show, or labeled ones to verify.

    With `cluster_labels="keep"` cluster labels are permanent, so images with one are not
    clustered again. Individual steps still rank every image without an individual label.

    Args:
        pool: the pool before the step.
        kind: "individual" or "cluster".
        cluster_labels: "reask" or "keep".
        needs: names of the fields of `Candidates` that the strategy uses, or wants.
        features: `features.parquet`, or `probabilities.parquet` of a round with a fixed encoder,
            or `suspects.parquet` where the strategy needs doubt, or None.
        encoded: features of all samples from a fixed encoder, or None.

    Raises:
        InputError: the features lack a sample of the unlabeled pool.
    """
    if DOUBT in needs:
        return _suspects(features)
    open_ = pool.unlabeled
    if kind == "cluster" and cluster_labels == "keep":
        open_ = pool.kind == NONE
    sample_id = pool.sample_id[open_]
    if not needs or not len(sample_id):
        return Candidates(sample_id)
    if encoded is not None:
        fields = _fixed_fields(sample_id, pool, needs, features, encoded)
        return Candidates(sample_id, **fields)
    if features is None:
        return Candidates(sample_id)
    if "labeled_features" not in needs:
        return Candidates(sample_id, **_read(features, sample_id, needs))
    shown = open_ | ~pool.unlabeled
    fields = _read(features, pool.sample_id[shown], needs)
    fields = {field: values for field, values in fields.items() if values is not None}
    labeled = fields["features"][~pool.unlabeled[shown]]
    return Candidates(
        sample_id,
        labeled_features=labeled,
        labels=pool.label[~pool.unlabeled],
        **{field: values[open_[shown]] for field, values in fields.items()},
    )


def _suspects(path: Path) -> Candidates:
    """Return the samples of `suspects.parquet`, and how doubtful their labels are."""
    table = read_table(path, ["sample_id", DOUBT])
    sample_id, doubt = (table[name].to_numpy() for name in ("sample_id", DOUBT))
    order = np.argsort(sample_id)
    return Candidates(sample_id[order], doubt=doubt[order])


def _read(features: Path, sample_id: np.ndarray, needs: Sequence[str]) -> dict[str, Any]:
    """Return fields of `Candidates`, with features that are `computable` in float32."""
    columns = {field: column for field, column in COLUMNS.items() if field in needs}
    read = read_features(features, sample_id, list(columns.values()))
    if read.get("feature") is not None:
        read["feature"] = computable(read["feature"])
    return {field: read[column] for field, column in columns.items()}


def _fixed_fields(
    sample_id: np.ndarray,
    pool: Pool,
    needs: Sequence[str],
    probabilities: Path | None,
    encoded: Path,
) -> dict[str, Any]:
    """Return fields of `Candidates`, with features from the file of a fixed encoder."""
    fields = {}
    if {"features", "labeled_features"} & set(needs):
        labeled = ~pool.unlabeled & ("labeled_features" in needs)
        both = np.concatenate([sample_id, pool.sample_id[labeled]])
        rows = computable(open_encoded(encoded, int(both.max()) + 1)[both])
        fields = {"features": rows[: len(sample_id)], "labeled_features": rows[len(sample_id) :]}
        fields = {field: values for field, values in fields.items() if field in needs}
        if "labeled_features" in needs:
            fields["labels"] = pool.label[labeled]
    of_a_head = [need for need in needs if need in OF_A_HEAD]
    if probabilities is not None and of_a_head:
        fields |= _read(probabilities, sample_id, of_a_head)
    return fields


def make_query(
    candidates: Candidates,
    select: Select,
    kind: str,
    n: int,
    rng: np.random.Generator,
    threads: int,
    settings: dict[str, int],
) -> pa.Table:
    """Call a strategy and return its selection as the rows of `query.parquet`."""
    if len(candidates) < n:
        say(f"{counted(len(candidates), 'candidate')} left for {counted(n, 'interaction')}")
    if len(candidates):
        chosen = select(candidates, n, rng, threads, **settings)
    else:
        chosen = random_choice.select(candidates, 0, rng)
    notes = {
        name: pa.array(
            np.asarray(values)[chosen.interaction],
            pa.float32() if np.asarray(values).dtype.kind == "f" else pa.int32(),
        )
        for name, values in chosen.notes.items()
    }
    return pa.table(
        {
            "interaction": pa.array(chosen.interaction, pa.int32()),
            "sample_id": pa.array(chosen.sample_id, pa.int64()),
            "kind": pa.array([kind] * len(chosen.sample_id), pa.string()),
            "score": pa.array(chosen.score, pa.float32()),
            **notes,
        }
    )
