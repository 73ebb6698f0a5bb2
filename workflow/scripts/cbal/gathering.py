"""From the metrics of single rounds to the metrics of a sweep."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from cbal.archives import run_file
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
    archive: Path | None = None,
    partial: bool = False,
) -> list[Path]:
    """Return the metrics of a sweep that are there, in the sweep's order.

    An archived run is taken from the archive.

    Args:
        results: folder below which `metrics.parquet` files are.
        datasets, scenarios, seeds, rounds: of the sweep.
        supervised: whether it has a supervised baseline.
        archive: folder of finished runs, see `cbal.archives`.
        partial: whether to look for single rounds, not for finished runs.
    """
    files = []
    for dataset in datasets:
        for scenario in [*scenarios, *([SUPERVISED] if supervised else [])]:
            for seed in seeds:
                archived = archive and run_file(archive, dataset, scenario, seed)
                if archived and archived.exists():
                    files.append(archived)
                elif partial:
                    files += rounds_files(results, dataset, scenario, seed, rounds)
                else:
                    files.append(finished_file(results, dataset, scenario, seed))
    return [file for file in files if file.exists()]


def finished_file(results: Path, dataset: str, scenario: str, seed: int) -> Path:
    """Return where the metrics of a finished run are."""
    return results / dataset / scenario / f"seed-{seed}" / "run.parquet"


def rounds_files(results: Path, dataset: str, scenario: str, seed: int, rounds: int) -> list[Path]:
    """Return where the metrics of a run's rounds are; the supervised baseline has one round."""
    folder = results / dataset / scenario / f"seed-{seed}"
    if scenario == SUPERVISED:
        return [folder / "metrics.parquet"]
    return [folder / f"round-{r}" / "metrics.parquet" for r in range(1, rounds + 1)]


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
