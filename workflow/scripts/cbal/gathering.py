"""From the metrics of single rounds to the metrics of a sweep."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from cbal.errors import InputError
from cbal.files import read_table

SUPERVISED = "supervised"


def metrics_files(
    results: Path,
    datasets: Sequence[str],
    scenarios: Sequence[str],
    seeds: Sequence[int],
    rounds: int,
    supervised: bool,
) -> list[Path]:
    """Return the metrics of a sweep that are there, in the sweep's order.

    Args:
        results: folder below which `metrics.parquet` files are.
        datasets, scenarios, seeds, rounds: of the sweep.
        supervised: whether it has a supervised baseline.
    """
    files = []
    for dataset in datasets:
        for scenario in scenarios:
            runs = [results / dataset / scenario / f"seed-{seed}" for seed in seeds]
            rounds_of = [f"round-{r}" for r in range(1, rounds + 1)]
            files += [run / name / "metrics.parquet" for run in runs for name in rounds_of]
        if supervised:
            folder = results / dataset / SUPERVISED
            files += [folder / f"seed-{seed}" / "metrics.parquet" for seed in seeds]
    return [file for file in files if file.exists()]


def gather(files: Sequence[Path]) -> pa.Table:
    """Return the rows of all files; what each is of is read from its columns.

    Raises:
        InputError: a file is not whole, or there is none.
    """
    if not files:
        raise InputError("no metrics of this sweep yet; run `snakemake --cores N` first")
    tables = [read_table(file) for file in files]
    return pa.concat_tables([table.replace_schema_metadata() for table in tables])
