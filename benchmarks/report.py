"""Show measurements as a Markdown table, and write them to a Parquet file."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

RESULTS = Path(__file__).parent / "results"
SHOWN = ("torch", "torchvision", "faiss-cpu", "pyarrow", "scikit-learn", "snakemake")


def report(name: str, title: str, rows: Sequence[dict[str, Any]]) -> None:
    """Print the rows as a Markdown table and write them to `results/{name}.parquet`.

    Args:
        name: of the measurement, and of its file.
        title: what was measured, and on what.
        rows: one dict for each line of the table; the keys of the first are the columns.
    """
    table = pd.DataFrame(rows)
    RESULTS.mkdir(exist_ok=True)
    table.assign(machine=machine()).to_parquet(RESULTS / f"{name}.parquet")
    print(f"\n### {title}\n\nOn {machine()}.\n")
    print(table.map(_readable).to_markdown(index=False, disable_numparse=True), flush=True)


def machine() -> str:
    """Return a description of this machine, with the versions of the libraries that matter."""
    versions = []
    for package in SHOWN:
        try:
            versions.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return f"{cores()} cores of {_processor()}, Python {platform.python_version()}, " + ", ".join(
        versions
    )


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _readable(value: Any) -> str:
    """Return a number with three significant digits, and text as it is."""
    if isinstance(value, float):
        return "" if value != value else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
