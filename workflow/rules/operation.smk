"""Operation: before the first job, while jobs run, and at the end. No rule.

Needs:  to know which Snakemakes live in this folder (workflow/orchestration/operation/presence.py).
Makes:  progress on the screen, and the reason of each failure in one line.
Order:  at the start of a run: a dead run's lock goes, its jobs are ended, Slurm is asked
        whether it takes ours; then progress after each round; at the end what failed.
"""

import atexit
import shlex
import time
from collections import Counter

from snakemake.logging import logger

from orchestration.operation import leftovers, presence, slurm
from orchestration.operation.progress import TRAINS, Progress

# Set in a run that has begun anew.
ONCE = "CBAL_BEGAN_ANEW"
HERE = presence.STATE.parent
START = time.time()
FOLLOWING = []  # the progress of this run
WHO = presence.Presence(None)
leftovers.mark(HERE)
if workflow.is_main_process and not workflow.output_settings.dryrun:
    WHO = presence.announce()
    if WHO.unlocked:
        logger.info("Another Snakemake died here and left a lock; it is removed.")
    for other in WHO.others:
        logger.info(
            f"Another Snakemake works in this folder ({other}): where both would make the same "
            "files, this one stops. --unlock would let them collide."
        )


def end_leftovers():
    """End what a dead run left running, and begin anew if there was anything."""
    try:
        ended = {"Slurm jobs": leftovers.end_slurm_jobs(HERE)}
        ended["processes"] = leftovers.end_processes(HERE, START)
    except leftovers.StillRunningError as error:
        raise SystemExit(f"Error: {error}") from None
    for kind, n in ended.items():
        if n:
            logger.info(f"Ended {n} {kind} that an earlier run left running here.")
    if any(ended.values()) and ONCE not in os.environ:
        logger.info("Beginning anew.")
        # Their end may have taken files away that this run has seen and counts on.
        os.environ[ONCE] = "1"
        workflow.persistence.unlock()
        WHO.leave()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def record_finished():
    """Write the records that a dead run could not, of files that its Slurm jobs made without it.

    A file without a record of its parameters would pass for good when they change.
    """
    for job in workflow.dag.jobs:
        whole = not workflow.dag.needrun(job) and all(map(os.path.exists, job.output))
        if whole and job.output and not workflow.persistence.has_metadata(job):
            workflow.async_run(workflow.persistence.finished(job))
    WHO.bury()


def ask_slurm():
    """Stop with one line if Slurm would not take the sweep's submissions."""
    submissions = {}
    for job in workflow.dag.needrun_jobs():
        if not job.is_local:
            whole = workflow.dag.get_job_group(job) or job
            rules = {part.rule.name for part in (whole.jobs if whole.is_group() else [job])}
            # What is asked for depends on the data set's model too.
            submissions[" + ".join(sorted(rules)), job.wildcards.get("dataset")] = whole
    wanted = [(name, job.threads, job.resources) for (name, _), job in sorted(submissions.items())]
    try:
        slurm.check(wanted, workflow.executor_settings.status_command)
    except slurm.RefusedError as error:
        raise SystemExit(f"Error: {error}") from None


def follow():
    """Start to follow the rounds that this run will make."""
    runs = runs_of(SWEEP)
    there = Counter({run.whose: 0 for run in runs})
    waiting, again = {}, set()
    for job in workflow.dag.needrun_jobs():
        if job.rule.name in TRAINS:
            whose = (job.wildcards.dataset, job.wildcards.get("scenario", "supervised"))
            waiting[workflow.dag.jobid(job)] = whose
            again.add(str(job.output.metrics))
    for run in runs:
        there[run.whose] += sum(path not in again for path in run.present())
    progress = Progress(there, waiting)
    logger.addHandler(progress)
    atexit.register(progress.close)
    return progress


def resuming():
    """The command that goes on where this one stops."""
    flag = [] if workflow.dag_settings.force_incomplete else ["--rerun-incomplete"]
    return shlex.join(["snakemake", *sys.argv[1:], *flag])


onstart:
    if WHO.is_alone():
        end_leftovers()
        if WHO.dead:
            record_finished()
    if workflow.executor_plugin.name == "slurm":
        ask_slurm()
    FOLLOWING.append(follow())


onsuccess:
    for progress in FOLLOWING:
        progress.close()


onerror:
    for progress in FOLLOWING:
        progress.close()
        for failure in progress.failures.values():
            logger.error(failure)
    logger.error(f"Nothing finished is lost. To go on: {resuming()}")
