"""What is done before the first job of a run, while jobs run, and at the end of the run."""

import atexit
import os
import shlex
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from snakemake.logging import logger

from cbal.wording import counted
from orchestration import forks
from orchestration.operation import (
    clocks,
    jobs,
    labeling,
    leftovers,
    permissions,
    presence,
    slurm,
    wakeups,
)
from orchestration.operation.progress import Key, Progress
from orchestration.operation.standing import Run, runs_of

PLURAL = {"Slurm job": "Slurm jobs", "process": "processes"}
ONCE = "CBAL_BEGAN_ANEW"  # set in a run that has restarted itself, so that it does so only once
TIMESTAMP = ".snakemake_timestamp"  # Snakemake leaves it in a folder that a job made
HERE = presence.STATE.parent
# Errors that stop a run before its first job.
STOPS = (
    clocks.ClockError,
    labeling.NobodyLabelsError,
    leftovers.StillRunningError,
    permissions.ReadOnlyError,
    slurm.RefusedError,
)


class Course:
    """Follow a run of Snakemake from its parsing to its end."""

    def __init__(self, workflow: Any, sweep: dict[str, Any], by_hand: Sequence[str] = ()):
        """Register this Snakemake in the folder, if it will run jobs.

        Args:
            workflow: Snakemake's object.
            sweep: an entry of `sweeps` in the settings, checked.
            by_hand: data sets of the sweep that a person labels.
        """
        self.workflow, self.sweep, self.start = workflow, sweep, time.time()
        self.by_hand = by_hand
        self.progress: Progress | None = None
        self.folders: list[str] = []  # that people take away
        self.who = presence.Presence(None)
        leftovers.mark(HERE)
        logger.addFilter(permissions.InOneLine())
        if workflow.is_main_process and not workflow.output_settings.dryrun:
            self.who = presence.announce()
            self._tell_of_others()
            labeling.own_pages()
            labeling.announce_pages(by_hand)
            wakeups.share_timers()

    def begin(self) -> None:
        """Clean up after crashed runs, and check what can be checked before the first job.

        Raises:
            SystemExit: a check failed; the message is one line.
        """
        try:
            if self.who.is_alone():
                self._end_leftovers()
                if self.who.crashed:
                    jobs.record_finished(self.workflow)
                    self.who.delete_crashed()
            if "review" in jobs.rules_to_run(self.workflow.dag):
                labeling.check_review(self.by_hand)
            clocks.check(jobs.inputs_there(self.workflow.dag), time.time())
            permissions.check(jobs.files_to_write(self.workflow.dag))
            if self.workflow.executor_plugin.name == "slurm":
                command = self.workflow.executor_settings.status_command
                slurm.check(jobs.submissions(self.workflow.dag), command)
        except STOPS as error:
            raise SystemExit(f"Error: {error}") from None
        if jobs.run_here(self.workflow):
            forks.start()
        self.folders = jobs.folders_to_take_away(self.workflow.dag)
        self.progress = follow(
            runs_of(self.sweep),
            jobs.rounds_to_train(self.workflow.dag),
            jobs.names_of_jobs(self.workflow.dag),
        )

    def end(self) -> None:
        """Remove the progress bars from the terminal, and Snakemake's files from folders."""
        for folder in self.folders:
            Path(folder, TIMESTAMP).unlink(missing_ok=True)
        if self.progress is not None:
            self.progress.close()

    def fail(self) -> None:
        """Log what failed, and the command that continues the sweep."""
        self.end()
        for failure in self.progress.failures.values() if self.progress else ():
            logger.error(failure)
        incomplete = self.workflow.dag_settings.force_incomplete
        logger.error(f"Nothing finished is lost. To go on: {resuming(sys.argv[1:], incomplete)}")

    def _tell_of_others(self) -> None:
        if self.who.unlocked:
            logger.info("Another Snakemake crashed here and left a lock; it is removed.")
        for other in self.who.others:
            logger.info(
                f"Another Snakemake works in this folder ({other}). If both would make the same "
                "files, this one stops. Do not use --unlock: both would write the same files."
            )

    def _end_leftovers(self) -> None:
        """End jobs that a crashed run left running; restart this run if there were any."""
        ended = {
            "Slurm job": leftovers.end_slurm_jobs(HERE),
            "process": leftovers.end_processes(HERE, self.start),
        }
        for kind, n in ended.items():
            if n:
                logger.info(
                    f"Ended {counted(n, kind, PLURAL[kind])} that an earlier run left running here."
                )
        if any(ended.values()) and ONCE not in os.environ:
            logger.info("Starting again.")
            # The ended jobs may have deleted files that this run has already seen.
            os.environ[ONCE] = "1"
            self.workflow.persistence.unlock()
            self.who.leave()
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def follow(
    runs: list[Run], ahead: dict[int, tuple[Key, str]], names: dict[int, str] | None = None
) -> Progress:
    """Start to report the rounds that Snakemake will finish.

    Args:
        runs: runs of the sweep, with their finished rounds.
        ahead: jobs that will finish a round, as `rounds_to_train` returns them.
        names: what jobs are called, as `names_of_jobs` returns it.
    """
    again = {metrics for _, metrics in ahead.values()}
    done = Counter({run.whose: 0 for run in runs})
    for run in runs:
        done[run.whose] += sum(path not in again for path in run.present())
    progress = Progress(done, {job: key for job, (key, _) in ahead.items()}, names)
    logger.addHandler(progress)
    atexit.register(progress.close)
    return progress


def resuming(arguments: list[str], incomplete: bool) -> str:
    """Return the command that continues a stopped run.

    Args:
        arguments: arguments of the `snakemake` command that stopped.
        incomplete: whether `--rerun-incomplete` is among them, or in a profile.
    """
    flag = [] if incomplete else ["--rerun-incomplete"]
    return shlex.join(["snakemake", *arguments, *flag])
