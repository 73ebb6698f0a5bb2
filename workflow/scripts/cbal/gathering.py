"""From the metrics of single rounds to the metrics of a sweep."""

from collections.abc import Collection, Sequence
from pathlib import Path

import pyarrow as pa

from cbal.errors import InputError
from cbal.files import read_table

SUPERVISED = "supervised"


def gather(
    results: Path,
    datasets: Sequence[str],
    scenarios: Sequence[str],
    seeds: Collection[int],
    rounds: int,
    require: str,
) -> pa.Table:
    """Return the metrics of a sweep, in its order: one row a round.

    What a file is of is read from its columns; its path only helps to find it. A
    supervised baseline counts if it is there.

    Args:
        results: folder below which `metrics.parquet` files are.
        datasets, scenarios, seeds: of the sweep.
        rounds: of the sweep; later ones are left out.
        require: "whole" for every run, "some" for at least one round of one run.

    Raises:
        InputError: a file is not whole, or what is required is missing.
    """
    files = [
        path
        for dataset in datasets
        for scenario in (*scenarios, SUPERVISED)
        for pattern in ("seed-*/metrics.parquet", "seed-*/round-*/metrics.parquet")
        for path in sorted((results / dataset / scenario).glob(pattern))
    ]
    tables = [read_table(path) for path in files]
    rows = [row for table in tables for row in table.to_pylist()]
    rows = [row for row in rows if row["seed"] in seeds and row["round"] <= rounds]
    if not rows:
        raise InputError(
            f"{results}: no metrics of this sweep yet; run `snakemake --cores N` first"
        )
    if require == "whole":
        _check_whole(rows, datasets, scenarios, seeds)
    place = {name: i for i, name in enumerate([*datasets, *scenarios, SUPERVISED])}
    rows.sort(key=lambda r: (place[r["dataset"]], place[r["scenario"]], r["seed"], r["round"]))
    return pa.Table.from_pylist(rows, tables[0].schema)


def _check_whole(rows: list[dict], datasets, scenarios, seeds) -> None:
    there = {(row["dataset"], row["scenario"], row["seed"]) for row in rows}
    wanted = {(d, s, seed) for d in datasets for s in scenarios for seed in seeds}
    for dataset, scenario, seed in sorted(wanted - there):
        raise InputError(
            f"no metrics of {dataset}, {scenario}, seed {seed}; run `snakemake --cores N` again"
        )
