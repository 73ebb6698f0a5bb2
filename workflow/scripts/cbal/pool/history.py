"""The history of a run: its questions before a step, and how they were answered."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.pool.annotations import excluded_of, notes_of, of_clusters
from cbal.pool.corrections import corrected
from cbal.pool.parts import as_answered
from cbal.pool.state import Pool
from cbal.storage.files import labels_of, metadata_of, read_table
from cbal.strategies.base import History, nothing_asked


def read_history(queries: Sequence[Path], annotations: Sequence[Path], pool: Pool) -> History:
    """Return the history of a run from files; see `history_of`."""
    return history_of(list(map(read_table, queries)), list(map(read_table, annotations)), pool)


def history_of(queries: Sequence[pa.Table], annotations: Sequence[pa.Table], pool: Pool) -> History:
    """Return the history of a run.

    Args:
        queries, annotations: of all steps so far, in their order, with their metadata.
        pool: after these steps, of the present round.
    """
    rounds = groupby(annotations, lambda table: metadata_of(table)["round"])
    answers = [table for _, steps in rounds for table in corrected(list(steps))]
    asked = 0
    steps = []
    for query, answered in zip(queries, answers, strict=True):
        steps.append(_of_step(query, answered, asked))
        asked += len(answered)
    known = pool.label[~pool.unlabeled].astype(np.int64)
    columns = {
        name: np.concatenate([getattr(each, name) for each in (nothing_asked(), *steps)])
        for name in ("round", "of_cluster", "label", "question", "sample_id", "excluded")
    }
    return History(**columns, known=known, notes=_notes(steps), now=pool.round)


def _of_step(query: pa.Table, annotations: pa.Table, asked: int) -> History:
    """Return the history of one step alone, where `asked` questions came before it."""
    shown = as_answered(query, annotations)
    order = np.argsort(shown["interaction"].to_numpy(), kind="stable")
    interaction = shown["interaction"].to_numpy()[order]
    sample_id = shown["sample_id"].to_numpy()[order]
    by_number = np.argsort(annotations["interaction"].to_numpy())
    return History(
        round=np.full(len(annotations), metadata_of(annotations)["round"]),
        of_cluster=of_clusters(annotations)[by_number].astype(bool),
        label=labels_of(annotations)[by_number].astype(np.int64),
        question=asked + interaction.astype(np.int64),
        sample_id=sample_id,
        excluded=np.isin(sample_id, excluded_of(annotations)),
        known=np.zeros(0, np.int64),
        notes={name: _padded(values, len(annotations)) for name, values in notes_of(query).items()},
    )


def _padded(values: pa.Array, n: int) -> np.ndarray:
    """Return float64[n], the notes of a step's questions, then NaN for parts of split ones."""
    notes = np.full(n, np.nan)
    notes[: len(values)] = np.asarray(values, np.float64)
    return notes


def _notes(steps: Sequence[History]) -> dict[str, np.ndarray]:
    """Return the notes of all steps, NaN where a step has none of that name."""
    return {
        name: np.concatenate(
            [each.notes.get(name, np.full(len(each.label), np.nan)) for each in steps]
        )
        for name in sorted({name for each in steps for name in each.notes})
    }
