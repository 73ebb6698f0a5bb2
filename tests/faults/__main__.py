"""Run fault drills and print a table: python -m tests.faults --help."""

import argparse
import inspect
import signal
import sys
import tempfile
import time
import traceback
from contextlib import nullcontext
from pathlib import Path

from tests.faults import local, slurm
from tests.faults.bench import Bench
from tests.slurm.cluster import Cluster, missing

AT_RANDOM = ("snakemake_killed", "job_killed", "forking_killed")  # run at several moments
LOCAL = (*AT_RANDOM, "interrupted_once", "interrupted_twice", "terminated", "two_at_once")
LOCAL += ("disk_full", "damaged")
ON_SLURM = ("cancelled", "out_of_memory", "out_of_time", "node_lost", "main_killed")
ON_SLURM += ("main_killed_jobs_finish", "interrupted")


def main() -> None:
    """Parse the command line, run the drills, print the table."""
    cli = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    cli.add_argument("drills", nargs="*", help=f"of {', '.join((*LOCAL, *ON_SLURM))}")
    cli.add_argument("--slurm", action="store_true", help="the drills on a separate Slurm")
    cli.add_argument("--times", type=int, default=20, help="moments of the drills at random ones")
    cli.add_argument("--seed", type=int, default=0, help="of the first moment; the next is 1 more")
    arguments = cli.parse_args()
    module, known = (slurm, ON_SLURM) if arguments.slurm else (local, LOCAL)
    unknown = set(arguments.drills) - set(known)
    if unknown:
        cli.error(f"unknown here: {', '.join(sorted(unknown))}; known are {', '.join(known)}")
    if arguments.slurm and missing():
        sys.exit(f"no {', '.join(missing())} here: tests/slurm/install.sh installs them on Debian")
    # On SIGTERM it still ends the processes that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    failed = 0
    with tempfile.TemporaryDirectory(prefix="drills-") as folder:
        cluster = Cluster(Path(folder, "slurm")) if arguments.slurm else nullcontext()
        with cluster:
            bench = Bench(Path(folder), cluster if arguments.slurm else None)
            print(f"undisturbed: {bench.seconds:.0f} s, {len(bench.expected)} files\n")
            print("| drill | seed | outcome | what happened |\n| --- | ---: | --- | --- |")
            for name in arguments.drills or known:
                times = arguments.times if name in AT_RANDOM else 1
                for seed in range(arguments.seed, arguments.seed + times):
                    failed += not drill(bench, getattr(module, name), seed)
    sys.exit(f"{failed} drills failed" if failed else 0)


def drill(bench: Bench, run, seed: int) -> bool:
    """Run one drill, print its row of the table, return whether it passed."""
    bench.random.seed(seed)
    start = time.monotonic()
    try:
        outcome, what = "survived", run(bench)
    except Exception as error:
        outcome, what = "FAILED", (str(error).splitlines() or [repr(error)])[0]
        traceback.print_exc()
    seconds = time.monotonic() - start
    title = inspect.getdoc(run).splitlines()[0].partition(":")[0].rstrip(".")
    print(
        f"| {title} (`{run.__name__}`) | {seed} | {outcome} | {what} ({seconds:.0f} s) |",
        flush=True,
    )
    return outcome == "survived"


if __name__ == "__main__":
    main()
