"""From a pool and a strategy to the samples put before the annotator."""

import importlib
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from cbal.cli import say
from cbal.errors import InputError
from cbal.pool import NONE, Pool
from cbal.strategies import random_choice
from cbal.strategies.base import Candidates, Selection

RANDOM = "cbal.strategies.random_choice:select"

Select = Callable[..., Selection]


def load_strategy(address: str) -> Select:
    """Return the function at `address`, as `cbal.strategies.entropy:select`.

    Raises:
        InputError: there is no such module or function.
    """
    module, _, function = address.partition(":")
    try:
        return getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise InputError(f"strategy {address}: cannot be loaded ({error})") from error


def usable_strategy(address: str, needs: str, candidates: Candidates) -> str:
    """Return the address of the strategy to use: random sampling before there is a model.

    In round 1 no head is trained, so there are no probabilities to be uncertain by.
    """
    if needs == "probabilities" and candidates.probabilities is None:
        say("no trained head yet: the samples are drawn at random")
        return RANDOM
    return address


def candidates_of(
    pool: Pool, kind: str, cluster_labels: str, features: pa.Table | None
) -> Candidates:
    """Return the samples of the unlabeled pool that a step may show.

    Under `cluster_labels="keep"` a cluster label is for ever, so its images leave
    clustering; uncertainty still ranks every image without an individual label.

    Args:
        pool: the pool before the step.
        kind: "individual" or "cluster".
        cluster_labels: "reask" or "keep".
        features: columns sample_id, feature and (after round 1) probability, or None.

    Raises:
        InputError: the features lack a sample of the unlabeled pool.
    """
    open_ = pool.unlabeled
    if kind == "cluster" and cluster_labels == "keep":
        open_ = pool.kind == NONE
    sample_id = pool.sample_id[open_]
    if features is None:
        return Candidates(sample_id)
    known = features.column("sample_id").to_numpy()
    row = np.searchsorted(known, sample_id)
    if len(sample_id) and (
        row.max(initial=0) >= len(known) or not np.array_equal(known[row], sample_id)
    ):
        raise InputError("features.parquet lacks samples of the pool; delete it to rebuild it")
    return Candidates(
        sample_id,
        features=_rows(features, "feature", row),
        probabilities=_rows(features, "probability", row),
    )


def make_query(
    candidates: Candidates,
    select: Select,
    kind: str,
    n: int,
    rng: np.random.Generator,
    threads: int,
    settings: dict[str, int],
) -> pa.Table:
    """Let a strategy choose and return its choice as the rows of `query.parquet`."""
    if len(candidates) < n:
        say(f"{len(candidates)} candidates are left for {n} interactions")
    if len(candidates):
        chosen = select(candidates, n, rng, threads, **settings)
    else:
        chosen = random_choice.select(candidates, 0, rng)
    return pa.table(
        {
            "interaction": pa.array(chosen.interaction, pa.int32()),
            "sample_id": pa.array(chosen.sample_id, pa.int64()),
            "kind": pa.array([kind] * len(chosen.sample_id), pa.string()),
            "score": pa.array(chosen.score, pa.float32()),
        }
    )


def _rows(features: pa.Table, name: str, row: np.ndarray) -> np.ndarray | None:
    """Return the rows of a fixed-size-list column as a matrix, or None where it is null."""
    column = features.column(name).combine_chunks()
    if len(column) == 0 or column.null_count == len(column):
        return None
    matrix = column.flatten().to_numpy(zero_copy_only=False).reshape(len(column), -1)
    return matrix[row]
