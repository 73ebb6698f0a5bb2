"""Jobs that outlived their Snakemake, here or on Slurm: ended before new ones start.

Without this a restart after a crash could start a job whose twin still runs, and both would
write the same files.
"""

import os
import re
import subprocess
import time
from contextlib import suppress
from getpass import getuser
from pathlib import Path

import psutil

# Every job's environment names the folder it works for.
VARIABLE = "CBAL_WORKS_FOR"
# The executor names its Slurm jobs after the run, with a random UUID.
OF_SNAKEMAKE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
GRACE = 10  # seconds from SIGTERM to SIGKILL
PATIENCE = 120  # seconds: Slurm's KillWait is 30 by default


class StillRunningError(Exception):
    """Jobs of a dead run that could not be ended."""


def mark(folder: Path) -> None:
    """Let the environment of this process's jobs name the folder they work for."""
    os.environ[VARIABLE] = str(folder.resolve())


def end_processes(folder: Path) -> int:
    """End the processes on this machine that work for the folder, but for this one's.

    Returns:
        Their number.
    """
    mine = {os.getpid(), *(child.pid for child in psutil.Process().children(recursive=True))}
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            works_for = process.environ().get(VARIABLE)
            if works_for == str(folder.resolve()) and process.pid not in mine:
                process.terminate()
                found.append(process)
    for process in psutil.wait_procs(found, timeout=GRACE)[1]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    return len(found)


def end_slurm_jobs(folder: Path) -> int:
    """Cancel the Slurm jobs that a Snakemake submitted from the folder, and wait for their end.

    Returns:
        Their number; 0 where there is no Slurm, or none that answers.

    Raises:
        StillRunningError: they are still there two minutes later.
    """
    jobs = slurm_jobs(folder)
    if not jobs:
        return 0
    subprocess.run(["scancel", *jobs], capture_output=True, timeout=60)
    deadline = time.monotonic() + PATIENCE
    while left := slurm_jobs(folder):
        if time.monotonic() > deadline:
            raise StillRunningError(
                f"Slurm jobs {', '.join(left)} of an earlier run do not end; see `squeue --me`, "
                "and run the same command again when they are gone"
            )
        time.sleep(1)
    return len(jobs)


def slurm_jobs(folder: Path) -> list[str]:
    """Return the ids of the Slurm jobs, waiting or running, of Snakemakes in the folder."""
    command = ["squeue", "--noheader", "--user", getuser(), "--format", "%i|%j|%Z"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return []
    jobs = [line.split("|", 2) for line in result.stdout.splitlines()]
    return [
        id_
        for id_, name, where in jobs
        if OF_SNAKEMAKE.search(name) and Path(where).resolve() == folder.resolve()
    ]
