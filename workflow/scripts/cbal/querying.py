"""From a pool and a strategy to the samples put before the annotator."""

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.cli import say
from cbal.errors import InputError
from cbal.feature_files import read_features
from cbal.pool import NONE, Pool
from cbal.strategies import random_choice
from cbal.strategies.base import Candidates, Selection

# Columns of `features.parquet` by the field of `Candidates` that they fill.
COLUMNS = {
    "features": "feature",
    "probabilities": "probability",
    "expected_entropy": "expected_entropy",
    "variation_ratio": "variation_ratio",
    "mean_std": "mean_std",
}
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


def usable_strategy(address: str, needs: Sequence[str], candidates: Candidates) -> str:
    """Return the address of the strategy to use: random sampling before there is a model.

    In round 1 no head is trained, so there are no probabilities to be uncertain by.
    """
    if "probabilities" in needs and candidates.probabilities is None:
        say("no trained head yet: the samples are drawn at random")
        return RANDOM
    return address


def candidates_of(
    pool: Pool, kind: str, cluster_labels: str, needs: Sequence[str], features: Path | None
) -> Candidates:
    """Return the samples of the unlabeled pool that a step may show.

    Under `cluster_labels="keep"` a cluster label is for ever, so its images leave
    clustering; uncertainty still ranks every image without an individual label.

    Args:
        pool: the pool before the step.
        kind: "individual" or "cluster".
        cluster_labels: "reask" or "keep".
        needs: names of the fields of `Candidates` that the strategy looks at.
        features: `features.parquet`, or None.

    Raises:
        InputError: the features lack a sample of the unlabeled pool.
    """
    open_ = pool.unlabeled
    if kind == "cluster" and cluster_labels == "keep":
        open_ = pool.kind == NONE
    sample_id = pool.sample_id[open_]
    if features is None or not needs or not len(sample_id):
        return Candidates(sample_id)
    columns = [column for field, column in COLUMNS.items() if field in needs]
    if "labeled_features" not in needs:
        read = read_features(features, sample_id, columns)
        return Candidates(sample_id, **{f: read[c] for f, c in COLUMNS.items() if c in read})
    shown = open_ | ~pool.unlabeled
    read = read_features(features, pool.sample_id[shown], columns)
    fields = {f: read[c] for f, c in COLUMNS.items() if c in read and read[c] is not None}
    labeled = fields["features"][~pool.unlabeled[shown]]
    return Candidates(
        sample_id,
        labeled_features=labeled,
        **{field: values[open_[shown]] for field, values in fields.items()},
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
