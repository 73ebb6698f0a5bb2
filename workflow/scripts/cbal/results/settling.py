"""How far the model of each round has settled, as columns of the metrics of a run."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from cbal.stopping.rules import MEASURES
from cbal.stopping.settling import measure_rounds
from cbal.storage.paths import PREDICTIONS, ROUND_FOLDER


def predictions_of(run: Path, rounds: int) -> list[Path]:
    """Return the existing predictions in the folder of a run, up to a round."""
    folders = (run / ROUND_FOLDER.format(round=number) for number in range(1, rounds + 1))
    files = (folder / PREDICTIONS for folder in folders)
    return [file for file in files if file.exists()]


def measures_of(run: Path, rounds: int) -> list[dict[str, float | None]]:
    """Return the measures of the rounds of a run that have a model, up to a round."""
    return [*measure_rounds(predictions_of(run, rounds)).values()]


def with_measures(metrics: pa.Table, predictions: Iterable[Path]) -> pa.Table:
    """Return the metrics of a run with the columns `MEASURES`, null where they are not known.

    Args:
        metrics: of rounds of one run; column round.
        predictions: `predictions.parquet` of these rounds.
    """
    measured = measure_rounds(list(predictions))
    rows = [measured.get(round, {}) for round in metrics["round"].to_pylist()]
    for name in MEASURES:
        column = pa.array([row.get(name) for row in rows], pa.float64())
        metrics = metrics.append_column(name, column)
    return metrics
