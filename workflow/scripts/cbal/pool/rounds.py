"""The pool within a round: that of the previous round after the answers of the steps so far."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cbal.errors import InputError
from cbal.pool.corrections import corrected, is_corrected
from cbal.pool.parts import PARTS, as_answered
from cbal.pool.reviewed import review_of, with_review
from cbal.pool.state import (
    POOL_COLUMNS,
    Pool,
    apply_annotations,
    begin_round,
    from_table,
    to_table,
)
from cbal.storage.files import metadata_of, read_table, write_table
from cbal.wording import counted


def read_pool(path: Path) -> Pool:
    """Read `pool.parquet`."""
    table = read_table(path, POOL_COLUMNS, ["verified", "weight"])
    return from_table(table, metadata_of(table))


def write_pool(path: Path, pool: Pool, **keys: Any) -> None:
    """Write `pool.parquet`, with the keys of the round and whatever else belongs to it."""
    table, metadata = to_table(pool)
    write_table(path, table, **keys, **metadata)


def check_interactions(dataset: str, interactions: int, images: int) -> None:
    """Check that a round does not have more interactions than there are images to label.

    Raises:
        InputError: it has more.
    """
    if interactions > images:
        raise InputError(
            f"data set {dataset}: {counted(interactions, 'interaction')} a round, but only "
            f"{counted(images, 'training image')}; make `interactions:` of the data set smaller"
        )


def pool_after(
    before: Path,
    queries: Sequence[Path],
    annotations: Sequence[Path],
    round: int,
    cluster_labels: str,
) -> Pool:
    """Return the pool of `round` after the steps whose queries and annotations are given.

    Args:
        before: `pool.parquet` of the previous round.
        queries, annotations: files of the steps so far, in their order.
        round: number of the round.
        cluster_labels: "reask" or "keep"; see `begin_round`.
    """
    pool = begin_round(read_pool(before), round, cluster_labels)
    columns = ["interaction", "kind", "label", "accepted"]
    given = [read_table(path, columns, ["excluded", *PARTS.names]) for path in annotations]
    reviews = [review_of(metadata_of(table)) for table in given]
    for query, answers, review in zip(queries, corrected(given), reviews, strict=True):
        shown = read_table(query, ["interaction", "sample_id", "kind"])
        verifies = metadata_of(shown).get("verifies", False)
        asked = as_answered(shown, answers)
        pool = apply_annotations(pool, asked, answers, is_corrected(given), verifies)
        pool = with_review(pool, review, cluster_labels)
    return pool
