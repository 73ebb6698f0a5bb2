"""Measure the time that Slurm and its executor add.

    python -m tests.slurm.measure

Prints a table: an empty job, and a round with and without grouping, on a separate Slurm.
"""

import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from tests.project import Project, checkout
from tests.slurm.cluster import Cluster

EMPTY = """\
rule all:
    input: "done-{number}"
rule empty:
    output: "done-{number}"
    shell: "touch {{output}}"
localrules: all
"""
TARGET = "results/digits/uncertain+cluster/seed-0/round-2/metrics.parquet"
REPEATS = 3


def run(cluster: Cluster, folder: Path, *arguments: str) -> tuple[float, int]:
    """Run Snakemake on Slurm; return its wall time in seconds and the jobs it submitted."""
    start = time.monotonic()
    result = subprocess.run(
        ["snakemake", *arguments, "--cores", "8", "--profile", "slurm"],
        cwd=folder,
        env=cluster.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    seconds = time.monotonic() - start
    return seconds, len(re.findall(r"submitted with SLURM jobid", result.stdout + result.stderr))


def empty_job(cluster: Cluster, folder: Path, first_check: int) -> float:
    """Return the median seconds of a workflow of one empty job, Snakemake's start included."""
    folder.mkdir()
    (folder / "slurm").symlink_to(Path(__file__).parents[2] / "profiles" / "slurm")
    checks = ("--slurm-init-seconds-before-status-checks", str(first_check))
    taken = []
    for number in range(REPEATS):
        (folder / "Snakefile").write_text(EMPTY.format(number=number))
        taken.append(run(cluster, folder, *checks)[0])
    return statistics.median(taken)


def rounds(cluster: Cluster, project: Project) -> tuple[float, int]:
    """Return the seconds and submissions of the second of two rounds of uncertain+cluster."""
    before = TARGET.replace("round-2", "round-1")
    run(cluster, project.path, before, "--notemp")
    return run(cluster, project.path, TARGET)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="slurm-") as name:
        folder = Path(name)
        grouped = checkout(folder / "grouped")
        single = checkout(folder / "single")
        file = single.path / "workflow/rules"
        for rules in file.glob("*.smk"):
            rules.write_text(re.sub(r"\n    group:\n +\S+", "", rules.read_text()))
        with Cluster(folder / "slurm") as cluster:
            print("| what | seconds | submissions |\n| --- | ---: | ---: |")
            for first in (1, 2, 5, 40):
                seconds = empty_job(cluster, folder / f"empty-{first}", first)
                print(f"| an empty job, first status check after {first} s | {seconds:.1f} | 1 |")
            for what, project in (("as one group", grouped), ("job by job", single)):
                seconds, submissions = rounds(cluster, project)
                what = f"a round of uncertain+cluster on digits, {what}"
                print(f"| {what} | {seconds:.1f} | {submissions} |")


if __name__ == "__main__":
    main()
