"""End jobs that still run after their Snakemake crashed, on this machine or on Slurm.

Otherwise a restart could start a job that still runs, and both would write the same files.
"""

import os
import re
import subprocess
import time
from contextlib import suppress
from getpass import getuser
from pathlib import Path

import psutil

# The environment variable of every job that names the project folder that it works for.
VARIABLE = "CBAL_WORKS_FOR"
# The executor names Slurm jobs by the profile's prefix and the run's UUID.
OURS = re.compile(r"cbal_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
GRACE = 10  # seconds from SIGTERM to SIGKILL
PATIENCE = 120  # seconds to wait for Slurm jobs to end; Slurm's KillWait is 30 by default


class StillRunningError(Exception):
    """Jobs of a crashed run could not be ended."""


def mark(folder: Path) -> None:
    """Set the environment variable that names the folder, for this process and its jobs."""
    os.environ[VARIABLE] = str(folder.resolve())


def end_processes(folder: Path, before: float) -> int:
    """End the processes on this machine that work for the folder, and return their number.

    Args:
        folder: the project folder.
        before: POSIX time; processes that started later belong to a running Snakemake.
    """
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            ours = process.environ().get(VARIABLE) == str(folder.resolve())
            if ours and process.create_time() < before and process.pid != os.getpid():
                process.terminate()
                found.append(process)
    running = psutil.wait_procs(found, timeout=GRACE)[1]
    for process in running:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(running, timeout=GRACE)
    return len(found)


def end_slurm_jobs(folder: Path) -> int:
    """Cancel the Slurm jobs that a Snakemake submitted from the folder, and wait for their end.

    Returns:
        The number of jobs; 0 if there is no Slurm, or Slurm does not answer.

    Raises:
        StillRunningError: jobs still run after `PATIENCE` seconds.
    """
    jobs = slurm_jobs(folder)
    if not jobs:
        return 0
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(["scancel", *jobs], capture_output=True, timeout=60)
    deadline, left = time.monotonic() + PATIENCE, set(jobs)
    while left:
        now = slurm_jobs(folder)
        left = left if now is None else left & set(now)  # None: Slurm did not answer, ask again
        if left and time.monotonic() > deadline:
            raise StillRunningError(
                f"Slurm jobs {', '.join(sorted(left))} of an earlier run do not end; see `squeue "
                "--me`, and run the same command again when they are gone"
            )
        time.sleep(1 if left else 0)
    return len(jobs)


def slurm_jobs(folder: Path) -> list[str] | None:
    """Return the ids of waiting and running Slurm jobs that a Snakemake in the folder submitted.

    None if there is no Slurm, or Slurm does not answer.
    """
    command = ["squeue", "--noheader", "--user", getuser(), "--format", "%i|%j|%Z"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    jobs = [line.split("|", 2) for line in result.stdout.splitlines()]
    return [
        id_
        for id_, name, where in jobs
        if OURS.fullmatch(name) and Path(where).resolve() == folder.resolve()
    ]
