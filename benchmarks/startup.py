"""Measure the start of each stage: the interpreter and the imports, before any work."""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks.processes import ROOT, measure
from benchmarks.report import report

RESNET = (
    "from cbal.models.torchvision_models import torchvision_model;"
    "torchvision_model('resnet18', 10, 'torchvision.models.resnet')"
)
# The stages, and the code that each runs before its first work, after importing its script.
STAGES = {
    "init_pool": "",
    "query": "",
    "query (cluster)": "import cbal.strategies.cluster",
    "annotate": "",
    "update_pool": "",
    "collect_metrics": "",
    "plot_accuracy": "",
    "plot_gallery": "",
    "tabulate_metrics": "",
    "train": "",
    "train (ResNet-18)": RESNET,
    "extract_features": "",
}


def main() -> None:
    """Start each stage several times and print a table."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--repeats", type=int, default=5)
    arguments = cli.parse_args()
    codes = {name: code_of(name, extra) for name, extra in STAGES.items()}
    codes |= {f"only: {code}": code for code in ("import torch", "import torchvision")}
    rows = []
    for name, code in codes.items():
        words = [sys.executable, "-c", code]
        # The first run reads files from disk; the others find them in memory.
        times = [measure(words, Path(os.devnull)) for _ in range(arguments.repeats + 1)][1:]
        rows.append(
            {
                "stage": name,
                "CPU-seconds": median(usage.cpu for usage in times),
                "wall seconds": median(usage.wall for usage in times),
                "MiB": median(usage.peak for usage in times),
                "largest imports (ms)": largest(words),
            }
        )
    report("startup", f"Start of each stage, median of {arguments.repeats}", rows)


def code_of(name: str, extra: str) -> str:
    """Return code that imports what a stage imports, up to its first work."""
    scripts = str(ROOT / "workflow" / "scripts")
    code = f"import sys; sys.path.insert(0, {scripts!r}); import {name.split()[0]}"
    return f"{code}; {extra}"


def largest(words: list[str], n: int = 3) -> str:
    """Return the packages that took longest to import, from the output of `-X importtime`."""
    result = subprocess.run(
        [words[0], "-X", "importtime", *words[1:]], capture_output=True, text=True
    )
    found: dict[str, int] = {}
    for own, name in re.findall(r"import time: +(\d+) \| +\d+ \| +(\S+)", result.stderr):
        package = name.split(".")[0]
        found[package] = found.get(package, 0) + int(own)
    top = sorted(found.items(), key=lambda item: -item[1])[:n]
    return ", ".join(f"{name} {micros / 1000:.0f}" for name, micros in top)


if __name__ == "__main__":
    main()
