"""Gathering of the metrics of rounds into the metrics of a sweep."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from cbal.errors import InputError
from cbal.storage.files import read_table
from cbal.storage.paths import FINISHED, METRICS, ROUND_FOLDER, RUN_FOLDER


def metrics_files(runs: Sequence[Path], rounds: int) -> list[Path]:
    """Return the existing metrics files of runs, in the order of the runs.

    Args:
        runs: for each run the metrics file of a finished run, or a folder in which the files of
            its rounds are looked for.
        rounds: number of rounds of the sweep; later rounds are left out.
    """
    names = ["", *(ROUND_FOLDER.format(round=n) for n in range(1, rounds + 1))]  # "": a baseline
    files = []
    for run in runs:
        rounds_of = [run / name / METRICS for name in names] if run.is_dir() else [run]
        files += [file for file in rounds_of if file.exists()]
    return files


def finished_file(results: Path, dataset: str, scenario: str, seed: int) -> Path:
    """Return the path of the metrics of a finished run."""
    return results / RUN_FOLDER.format(dataset=dataset, scenario=scenario, seed=seed) / FINISHED


def gather(files: Sequence[Path]) -> pa.Table:
    """Return the rows of all files in one table; the keys of a row are in its columns.

    Raises:
        InputError: a file is not whole, or there are no files.
    """
    if not files:
        raise InputError("no metrics of this sweep yet; run `snakemake --cores N` first")
    tables = [read_table(file) for file in files]
    bare = [table.replace_schema_metadata() for table in tables]
    return pa.concat_tables(bare, promote_options="default")  # older files may lack a column
