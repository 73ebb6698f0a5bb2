"""From a pool and a strategy to the samples put before the annotator."""

import importlib.util
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa

from cbal.cli import say
from cbal.errors import InputError
from cbal.feature_files import read_features
from cbal.feature_range import computable
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
OF_A_HEAD = set(COLUMNS) - {"features"}
RANDOM = "cbal.strategies.random_choice:select"
# What replaces strategies that look at a trained head, before there is one.
COLD_START = {"random": RANDOM, "centroid": "cbal.strategies.centroid:select"}

Select = Callable[..., Selection]


def load_strategy(address: str) -> Select:
    """Return the function at `address`.

    Args:
        address: module and function, as `cbal.strategies.entropy:select`, or a file and a
            function in it, as `my/strategies.py:select`.

    Raises:
        InputError: there is no such module, file or function.
    """
    module, _, function = address.rpartition(":")
    try:
        loaded = _from_file(module) if module.endswith(".py") else importlib.import_module(module)
        return getattr(loaded, function)
    except (ImportError, AttributeError, OSError) as error:
        raise InputError(f"strategy {address}: cannot be loaded ({error})") from error


def _from_file(path: str) -> ModuleType:
    """Import a file that is in no package; what is beside it stays out of reach."""
    spec = importlib.util.spec_from_file_location("strategy_of_ones_own", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # classes look for their module there
    spec.loader.exec_module(module)
    return module


def usable_strategy(
    address: str, needs: Sequence[str], candidates: Candidates, cold_start: str = "random"
) -> str:
    """Return the address of the strategy to use: another one before there is a model.

    In round 1 no head is trained, so there are no probabilities to be uncertain by.

    Args:
        address: of the step's strategy.
        needs: names of the fields of `Candidates` that it looks at.
        candidates: what there is of them.
        cold_start: a key of `COLD_START`.
    """
    missing = [need for need in needs if need in OF_A_HEAD and getattr(candidates, need) is None]
    if not missing or not len(candidates):
        return address
    how = "drawn at random" if cold_start == "random" else "those nearest to k-means centroids"
    say(f"no trained head yet: the samples are {how}")
    return COLD_START[cold_start]


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
        read = _read(features, sample_id, columns)
        return Candidates(sample_id, **{f: read[c] for f, c in COLUMNS.items() if c in read})
    shown = open_ | ~pool.unlabeled
    read = _read(features, pool.sample_id[shown], columns)
    fields = {f: read[c] for f, c in COLUMNS.items() if c in read and read[c] is not None}
    labeled = fields["features"][~pool.unlabeled[shown]]
    return Candidates(
        sample_id,
        labeled_features=labeled,
        **{field: values[open_[shown]] for field, values in fields.items()},
    )


def _read(
    path: Path, sample_id: np.ndarray, columns: Sequence[str]
) -> dict[str, np.ndarray | None]:
    """Return columns of `features.parquet`, features so that float32 can compute with them."""
    read = read_features(path, sample_id, columns)
    if read.get("feature") is not None:
        read["feature"] = computable(read["feature"])
    return read


def make_query(
    candidates: Candidates,
    select: Select,
    kind: str,
    n: int,
    rng: np.random.Generator,
    threads: int,
    settings: dict[str, int],
) -> pa.Table:
    """Let a strategy choose and return its choice as the rows of `query.parquet`.

    Raises:
        InputError: the choice is not one of at most n interactions.
    """
    if len(candidates) < n:
        say(f"{len(candidates)} candidates are left for {n} interactions")
    if len(candidates):
        chosen = select(candidates, n, rng, threads, **settings)
        _check(chosen, candidates, n)
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


def _check(chosen: Selection, candidates: Candidates, n: int) -> None:
    """Check a strategy's choice: anybody may write one."""
    numbers, distinct = np.unique(chosen.interaction), np.unique(chosen.sample_id)
    if (
        len(chosen.interaction) != len(chosen.sample_id)
        or len(distinct) != len(chosen.sample_id)
        or not np.isin(distinct, candidates.sample_id).all()
        or len(numbers) > n
        or not np.array_equal(numbers, np.arange(len(numbers)))
    ):
        raise InputError(
            f"the strategy must return distinct candidates in at most {n} interactions, "
            "numbered from 0: mend its `select`"
        )
