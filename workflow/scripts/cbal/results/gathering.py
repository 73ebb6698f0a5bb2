"""From the metrics of single rounds to the metrics of a sweep."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from cbal.errors import InputError
from cbal.storage.files import read_table

SUPERVISED = "supervised"


def metrics_files(runs: Sequence[Path], rounds: int) -> list[Path]:
    """Return the metrics that are there of runs, in their order.

    Args:
        runs: the file of a finished run each, or the folder of one, whose rounds are looked for.
        rounds: of the sweep; later ones are left out.
    """
    names = ["", *(f"round-{n}/" for n in range(1, rounds + 1))]  # a baseline has no rounds
    files = []
    for run in runs:
        rounds_of = [run / f"{name}metrics.parquet" for name in names] if run.is_dir() else [run]
        files += [file for file in rounds_of if file.exists()]
    return files


def finished_file(results: Path, dataset: str, scenario: str, seed: int) -> Path:
    """Return where the metrics of a finished run are."""
    return results / dataset / scenario / f"seed-{seed}" / "run.parquet"


def gather(files: Sequence[Path]) -> pa.Table:
    """Return the rows of all files; what each is of is read from its columns.

    Raises:
        InputError: a file is not whole, or there is none.
    """
    if not files:
        raise InputError("no metrics of this sweep yet; run `snakemake --cores N` first")
    tables = [read_table(file) for file in files]
    bare = [table.replace_schema_metadata() for table in tables]
    return pa.concat_tables(bare, promote_options="default")  # older ones may lack a column
