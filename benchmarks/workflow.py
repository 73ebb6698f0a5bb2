"""Measure what Snakemake adds: the DAG, the scheduler, and the overhead of a sweep's jobs.

Only the demo takes long: it is a whole sweep of some minutes.
"""

import argparse
import math
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.checkouts import Shape, bare, ours
from benchmarks.processes import Usage, measure
from benchmarks.report import cores, report

# The line that `cbal.cli.run` writes at the end of each log.
TOLD = re.compile(r"^started in ([\d.]+) CPU-seconds, worked ([\d.]+) s$", re.M)
NOTHING = "Nothing to be done"
DRY, NO_OP = ("--dry-run",), ("--cores", "1")
# One file without inputs: a DAG of a single job, so the time of the start.
FIRST = {"ours": "data/digits/index.parquet", "bare": "data/index"}
MS = 1000

Row = dict[str, Any]


def main() -> None:
    """Run the chosen measurements and print a table of each."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--sizes", type=int, nargs="+", default=[500, 2000, 10_000], help="in jobs")
    cli.add_argument("--repeats", type=int, default=3, help="the middle one is shown")
    cli.add_argument("--only", choices=["dag", "scheduler", "sweep", "demo"])
    cli.add_argument("--demo", action="store_true", help="the whole demo too, on all cores")
    arguments = cli.parse_args()
    wanted = {arguments.only} if arguments.only else {"dag", "scheduler", "sweep"}
    with TemporaryDirectory() as name:
        folder = Path(name)
        if "dag" in wanted:
            dag(folder, arguments.sizes, arguments.repeats)
        if "scheduler" in wanted:
            scheduler(folder, Shape.of(500), cores=2)
        if "sweep" in wanted:
            scenarios = ["random", "uncertain+cluster"]
            small = ours(folder / "sweep", scenarios=scenarios, seeds=[0], rounds=3)
            sweep("sweep", "2 scenarios on digits, 3 rounds, one core", small, cores=1)
        if arguments.demo or "demo" in wanted:
            whole = ours(folder / "demo")
            sweep("demo", "The demo from nothing", whole, cores=cores())


@dataclass
class Case:
    """A command in both folders: of our workflow, and of the bare one.

    Attributes:
        folders: by `ours` and `bare`.
        targets: of the command; everything if empty.
        jobs: in the DAG; known after a dry run.
    """

    folders: Mapping[str, Path]
    targets: Mapping[str, str]
    jobs: int = 0


def dag(folder: Path, sizes: Sequence[int], repeats: int) -> None:
    """Measure dry runs without any results, and runs with all results."""
    cases = []
    for size in sorted(sizes):
        shape = Shape.of(size)
        seeds = list(range(shape.seeds))
        folders = {
            "ours": ours(folder / f"ours-{size}", seeds=seeds, rounds=shape.rounds),
            "bare": bare(folder / f"bare-{size}", shape),
        }
        cases += [] if cases else [Case(folders, FIRST)]
        cases.append(Case(folders, {}))
    said = f"ours beside a bare workflow of the same shape, middle of {repeats}"
    rows = compare(cases, DRY, repeats)
    report("workflow-dry-run", f"Dry run with nothing there, {said}", rows)
    for case in cases[1:]:
        for path in case.folders.values():
            snakemake(path, "all", *NO_OP, "--snakefile", "finished.smk")
    rows = compare(cases, NO_OP, repeats)
    report("workflow-no-op", f"Run with everything there, {said}", rows)


def compare(cases: Sequence[Case], flags: Sequence[str], repeats: int) -> list[Row]:
    """Return a row of CPU, wall time and memory for each case, and their growth."""
    taken: list[dict[str, list[Usage]]] = [{"ours": [], "bare": []} for _ in cases]
    for _ in range(repeats):  # outermost, so that a busy minute slows all cases alike
        for case, usages in zip(cases, taken):
            for name, path in case.folders.items():
                target = [case.targets[name]] if case.targets else []
                usage, text = snakemake(path, *target, *flags)
                check(case, flags, text)
                usages[name].append(usage)
    rows = [row_of(case, usages) for case, usages in zip(cases, taken)]
    return rows + growth([case.jobs for case in cases], rows)


def check(case: Case, flags: Sequence[str], text: str) -> None:
    """Check that a run had the jobs that are to be measured."""
    if flags == NO_OP and NOTHING not in text:
        raise SystemExit(f"there should be nothing to do:\n{text}")
    jobs = re.findall(r"^total +(\d+)$", text, re.M)
    if flags == DRY and case.jobs not in (0, int(jobs[0])):
        raise SystemExit(f"the bare workflow is not of our shape: {case.jobs} and {jobs[0]} jobs")
    case.jobs = int(jobs[0]) if jobs else case.jobs


def row_of(case: Case, usages: Mapping[str, list[Usage]]) -> Row:
    """Return a line of the table: the run in the middle by CPU, of each workflow."""
    ours_, bare_ = (sorted(usages[name], key=lambda it: it.cpu) for name in ("ours", "bare"))
    middle = {"ours": ours_[len(ours_) // 2], "bare": bare_[len(bare_) // 2]}
    row: Row = {"DAG": f"{case.jobs:,} job{'s' if case.jobs > 1 else ''}"}
    row |= {f"{name} (CPU s)": usage.cpu for name, usage in middle.items()}
    row["ratio"] = middle["ours"].cpu / middle["bare"].cpu
    row |= {f"{name} (wall s)": usage.wall for name, usage in middle.items()}
    row |= {f"{name} (MiB)": usage.peak for name, usage in middle.items()}
    return {**row, "others (CPU s)": sum(usage.others for usage in (*ours_, *bare_))}


def growth(jobs: Sequence[int], rows: Sequence[Row]) -> list[Row]:
    """Return the time of one more job, and the exponent of growth (1 is linear)."""
    more: Row = {"DAG": "a job more (CPU ms)"}
    exponent: Row = {"DAG": "exponent of growth"}
    for name in ("ours (CPU s)", "bare (CPU s)"):
        cpu = np.array([row[name] for row in rows])
        # Relative errors: else the largest DAG would decide alone.
        more[name] = float(np.polyfit(jobs, cpu, 1, w=1 / cpu)[0]) * MS
        own = cpu[1:] - cpu[0]
        exponent[name] = math.nan
        # A small DAG's own time may be lost in the errors of the start's.
        if len(own) > 1 and min(own) > 0:
            logs = np.log(jobs[1:]), np.log(own)
            exponent[name] = float(np.polyfit(*logs, 1, w=own / cpu[1:])[0])
    more["ratio"] = more["ours (CPU s)"] / more["bare (CPU s)"]
    return [more, exponent]


def scheduler(folder: Path, shape: Shape, cores: int) -> None:
    """Run the bare workflow for real with each scheduler."""
    rows = []
    for name in ("greedy", "ilp"):
        path = bare(folder / name, shape)
        usage, text = snakemake(path, "--cores", str(cores), "--scheduler", name)
        jobs = done(text)
        rows.append(
            {"scheduler": name, "jobs": jobs, "wall s": usage.wall, "CPU s": usage.cpu}
            | {"wall ms a job": usage.wall / jobs * MS, "CPU ms a job": usage.cpu / jobs * MS}
            | {"others (CPU s)": usage.others}
        )
    report("workflow-scheduler", f"Run of jobs that touch files, {cores} cores", rows)


def sweep(name: str, title: str, folder: Path, cores: int) -> None:
    """Run a sweep and compare its time with the times in the logs of its jobs."""
    usage, text = snakemake(folder, "all", "--cores", str(cores), "--scheduler", "greedy")
    jobs = done(text) - 1  # `all` runs nothing
    logs = [log.read_text(errors="replace") for log in (folder / "logs").rglob("*.log")]
    told = [match for log in logs for match in TOLD.findall(log)[-1:]]
    started, worked = (sum(float(match[i]) for match in told) for i in (0, 1))
    parts = {"wall": usage.wall, "CPU": usage.cpu, "work of the jobs": worked}
    parts["their start (CPU)"] = started
    if cores == 1:  # otherwise several jobs run at a time, and their times cannot be subtracted
        parts["Snakemake's own: wall, less these two"] = usage.wall - worked - started
        parts["overhead: wall, less work"] = usage.wall - worked
    rows = [
        {"what": what, "seconds": seconds, "a job (ms)": seconds / jobs * MS}
        for what, seconds in parts.items()
    ]
    rows.append({"what": "others (CPU)", "seconds": usage.others, "a job (ms)": math.nan})
    count = f"{jobs} jobs ({len(told)} told their times)"
    report(f"workflow-{name}", f"{title}: {count} on {cores} cores", rows)


def snakemake(folder: Path, *arguments: str) -> tuple[Usage, str]:
    """Run Snakemake in a folder; return its time and memory, and its output."""
    log = folder / "said.txt"
    # Jobs run `python`: this one.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    words = [sys.executable, "-m", "snakemake", *arguments]
    usage = measure(words, log, {"PATH": path}, folder)
    return usage, log.read_text()


def done(text: str) -> int:
    """Return the number of jobs that a run reports as done."""
    return int(re.findall(r"^(\d+) of \1 steps \(100%\) done$", text, re.M)[-1])


if __name__ == "__main__":
    main()
