"""Effort of a run: what the annotator looked at, took out and refused, and how long it took."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.errors import InputError
from cbal.pool.annotations import of_clusters
from cbal.pool.corrections import corrected
from cbal.pool.costs import Costs, seconds_of, work_of
from cbal.results.gathering import NOTHING_YET, gather, metrics_files
from cbal.results.settling import predictions_of, with_measures
from cbal.storage.files import metadata_of, read_table
from cbal.storage.paths import BASELINE

# Columns that the metrics of a run get, each a sum over the rounds so far.
EFFORT = pa.schema(
    {
        "refusals_individual": pa.int32(),
        "refusals_cluster": pa.int32(),
        "images_shown": pa.int32(),
        "images_taken_out": pa.int32(),
        "hours": pa.float64(),
        # Of the review: changes, each of which is an interaction, and the images that they changed.
        "corrections": pa.int32(),
        "images_corrected": pa.int32(),
    }
)
COUNTS = EFFORT.names[:4]


def annotations_of(run: Path, rounds: int) -> list[Path]:
    """Return the existing annotations in the folder of a run, up to a round, in their order."""
    found = []
    for file in run.glob("round-*/step-*/annotations.parquet"):
        round, step = (int(re.findall(r"\d+", part)[0]) for part in file.parts[-3:-1])
        if round <= rounds:
            found.append((round, step, file))
    return [file for _, _, file in sorted(found)]


def with_effort(metrics: pa.Table, annotations: Iterable[Path]) -> pa.Table:
    """Return the metrics of a run with the columns `EFFORT`.

    Hours are those that the annotations have: a person's own, and of the oracle those of the cost
    model with which it answered. Where an annotation has none, hours are null, and where there are
    no annotations, as for the supervised baseline, all of the columns.

    Args:
        metrics: of rounds of one run; column round.
        annotations: files of all steps of these rounds, in their order.
    """
    of_round: dict[int, list[pa.Table]] = {}
    for table in map(read_table, annotations):
        of_round.setdefault(metadata_of(table)["round"], []).append(table)
    sums, now = {}, np.zeros(len(EFFORT.names))
    for round, tables in sorted(of_round.items()):
        now = now + sum(_effort(table) for table in corrected(tables))
        sums[round] = now
    rounds = metrics["round"].to_pylist()
    rows = np.array([sums.get(round, np.zeros(len(now))) for round in rounds])
    known = np.array([round in sums for round in rounds])
    for place, field in enumerate(EFFORT):
        values = rows.reshape(-1, len(now))[:, place]
        missing = np.isnan(values) | ~known
        column = pa.array(np.nan_to_num(values).astype(field.type.to_pandas_dtype()), mask=missing)
        metrics = metrics.append_column(field, column)
    return metrics


def gather_runs(runs: Sequence[Path], rounds: int) -> pa.Table:
    """Return the metrics of runs in one table, those of unfinished runs with what is counted here.

    Args:
        runs, rounds: see `metrics_files`.

    Raises:
        InputError: a file is not whole, or there are no files.
    """
    tables = []
    for run in runs:
        files = metrics_files([run], rounds)
        if files:
            table = gather(files)
            if run.is_dir():
                table = with_effort(table, annotations_of(run, rounds))
                table = with_measures(table, predictions_of(run, rounds))
            tables.append(table)
    if not tables:
        raise InputError(NOTHING_YET)
    return pa.concat_tables(tables, promote_options="default")


def with_hours_of(metrics: pa.Table, costs: Costs, persons: Sequence[str] = ()) -> pa.Table:
    """Return the metrics with the hours that a cost model says, but for those of persons.

    Hours of archived runs that came before the columns `EFFORT` stay null, but for the supervised
    baseline, whose images are labeled one by one.

    Args:
        metrics: of a sweep.
        costs: the cost model.
        persons: data sets that a person labels, whose hours were measured.
    """
    rows = metrics.to_pylist()
    hours = [_hours(row, costs, row["dataset"] in persons) for row in rows]
    column = pa.array(hours, pa.float64())
    if "hours" not in metrics.column_names:
        return metrics.append_column("hours", column)
    return metrics.set_column(metrics.column_names.index("hours"), EFFORT.field("hours"), column)


def _effort(table: pa.Table) -> np.ndarray:
    """Return the effort of a step: float64, in the order of `EFFORT`; hours may be NaN."""
    work = work_of(table)
    clustered = of_clusters(table)
    refused = work[:, 4] > 0
    seconds = [np.nan if value is None else value for value in table["seconds"].to_pylist()]
    counts = [(refused & ~clustered).sum(), (refused & clustered).sum(), *work[:, 2:4].sum(axis=0)]
    review = metadata_of(table).get("review", {})
    hours = (float(np.sum(seconds)) + review.get("seconds", 0)) / 3600
    return np.array([*counts, hours, review.get("interactions", 0), review.get("images", 0)])


def _hours(row: dict, costs: Costs, measured: bool) -> float | None:
    """Return the hours of a row of metrics; None where they are not known."""
    if measured:
        return row.get("hours")
    counts = [row.get(name) for name in COUNTS]
    if row["scenario"] == BASELINE:
        counts = [0] * len(COUNTS)
    kinds = [row.get("interactions_individual"), row.get("interactions_cluster")]
    if None in (*counts, *kinds):
        return None
    images, clusters, shown, out = counts
    # A correction costs what a label of one image costs, and the look at each further image.
    corrections, corrected_ = (row.get(name) or 0 for name in ("corrections", "images_corrected"))
    images_labeled = kinds[0] - images + corrections
    shown += max(corrected_ - corrections, 0)
    work = [images_labeled, kinds[1] - clusters, shown, out, images + clusters]
    return float(seconds_of(np.array(work, np.float64), costs)) / 3600
