"""Measure cluster, select and annotate on pools of ten thousand to a million samples."""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.processes import command, measure
from benchmarks.report import cores, report
from benchmarks.synthetic import write_pool

KEYS = {"dataset": "synthetic", "scenario": "s", "seed": 0, "round": 1}


def main() -> None:
    """Measure each stage at each size in a separate process and print a table."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    cli.add_argument("--dimensions", type=int, default=512)
    cli.add_argument("--interactions", type=int, default=1000)
    cli.add_argument("--threads", type=int, default=cores())
    arguments = cli.parse_args()
    measured: dict[str, dict[int, tuple[float, float]]] = {}
    for n in arguments.sizes:
        with tempfile.TemporaryDirectory() as folder:
            write_pool(Path(folder), n, arguments.dimensions)
            for stage, figures in stages(Path(folder), n, arguments).items():
                measured.setdefault(stage, {})[n] = figures
    report(
        "scaling",
        f"Seconds and peak memory (MiB) by pool size, {arguments.dimensions} features",
        [row(stage, sizes) for stage, sizes in measured.items()],
    )


def stages(folder: Path, n: int, arguments: argparse.Namespace) -> dict[str, tuple[float, float]]:
    """Run the stages on the pool in `folder`; return seconds and peak MiB of each."""
    asked, answered = folder / "query.parquet", folder / "annotations.parquet"
    query = {
        **KEYS,
        "step": "1-x",
        "pool": folder / "pool.parquet",
        "features": folder / "features.parquet",
        "interactions": arguments.interactions,
        "threads": arguments.threads,
        "out": asked,
    }
    cluster = {"strategy": "cbal.strategies.cluster:select", "needs": "features", "kind": "cluster"}
    entropy = {"strategy": "cbal.strategies.entropy:select", "needs": "probabilities"}
    two_levels = {"settings": json.dumps({"levels": 2}), "interactions": n // 100}
    every = f"cluster, k = {arguments.interactions:,}"
    annotate = {"query": asked, "truth": folder / "truth.parquet", "purity": 0.8, "out": answered}
    return {
        "select (entropy)": run("query", **{**query, **entropy, "kind": "individual"}),
        "cluster, k = n / 100, two levels": run("query", **{**query, **cluster, **two_levels}),
        every: run("query", **{**query, **cluster}),
        "annotate (all clusters)": run("annotate", **KEYS, step="1-x", **annotate),
        "update_pool": run(
            "update_pool",
            **KEYS,
            pool=folder / "pool.parquet",
            queries=asked,
            annotations=answered,
            out=folder / "pool-1.parquet",
        ),
    }


def run(script: str, **flags: object) -> tuple[float, float]:
    """Run a stage; return its wall seconds and its peak memory in MiB."""
    usage = measure(command(script, **flags), Path(flags["out"]).with_suffix(".log"))
    return usage.wall, usage.peak


def row(stage: str, sizes: dict[int, tuple[float, float]]) -> dict[str, object]:
    """Return a line of the table, with the exponents that fit the larger two sizes or more."""
    result: dict[str, object] = {"stage": stage}
    for n, (seconds, memory) in sizes.items():
        result |= {f"{n:,}: s": seconds, f"{n:,}: MiB": memory}
    if len(sizes) > 1:
        n = np.log(list(sizes))
        for name, values in zip(("time", "memory"), np.log(list(sizes.values())).T, strict=True):
            result[f"exponent of {name}"] = float(np.polyfit(n, values, 1)[0])
    return result


if __name__ == "__main__":
    main()
