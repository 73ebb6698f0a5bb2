"""The course of a run: what is done before its first job, while jobs run, and at its end."""

import atexit
import os
import shlex
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from snakemake.logging import logger

from orchestration.operation import clocks, jobs, labeling, leftovers, permissions, presence, slurm
from orchestration.operation.progress import Key, Progress
from orchestration.operation.standing import Run, runs_of

ONCE = "CBAL_BEGAN_ANEW"  # set in a run that has begun anew
HERE = presence.STATE.parent
# What stops a run before its first job.
STOPS = (
    clocks.ClockError,
    leftovers.StillRunningError,
    permissions.ReadOnlyError,
    slurm.RefusedError,
)


class Course:
    """Follows a run of Snakemake from its parsing to its end."""

    def __init__(self, workflow: Any, sweep: dict[str, Any], by_hand: Sequence[str] = ()):
        """Announce this Snakemake, if it will run jobs.

        Args:
            workflow: Snakemake's object.
            sweep: an entry of `sweeps` in the settings, checked.
            by_hand: those of its data sets that a person labels.
        """
        self.workflow, self.sweep, self.start = workflow, sweep, time.time()
        self.progress: Progress | None = None
        self.who = presence.Presence(None)
        leftovers.mark(HERE)
        if workflow.is_main_process and not workflow.output_settings.dryrun:
            self.who = presence.announce()
            self._tell_of_others()
            labeling.own_pages()
            labeling.announce_pages(by_hand)

    def begin(self) -> None:
        """Do what comes before the first job; what stops the run is one line."""
        try:
            if self.who.is_alone():
                self._end_leftovers()
                if self.who.dead:
                    jobs.record_finished(self.workflow)
                    self.who.bury()
            clocks.check(jobs.inputs_there(self.workflow.dag), time.time())
            permissions.check(jobs.files_to_write(self.workflow.dag))
            if self.workflow.executor_plugin.name == "slurm":
                command = self.workflow.executor_settings.status_command
                slurm.check(jobs.submissions(self.workflow.dag), command)
        except STOPS as error:
            raise SystemExit(f"Error: {error}") from None
        self.progress = follow(runs_of(self.sweep), jobs.rounds_to_train(self.workflow.dag))

    def end(self) -> None:
        """Leave the screen as it was."""
        if self.progress is not None:
            self.progress.close()

    def fail(self) -> None:
        """Say what failed, and how to go on."""
        self.end()
        for failure in self.progress.failures.values() if self.progress else ():
            logger.error(failure)
        incomplete = self.workflow.dag_settings.force_incomplete
        logger.error(f"Nothing finished is lost. To go on: {resuming(sys.argv[1:], incomplete)}")

    def _tell_of_others(self) -> None:
        if self.who.unlocked:
            logger.info("Another Snakemake died here and left a lock; it is removed.")
        for other in self.who.others:
            logger.info(
                f"Another Snakemake works in this folder ({other}): where both would make the same "
                "files, this one stops. --unlock would let them collide."
            )

    def _end_leftovers(self) -> None:
        """End what a dead run left running, and begin anew if there was anything."""
        ended = {
            "Slurm jobs": leftovers.end_slurm_jobs(HERE),
            "processes": leftovers.end_processes(HERE, self.start),
        }
        for kind, n in ended.items():
            if n:
                logger.info(f"Ended {n} {kind} that an earlier run left running here.")
        if any(ended.values()) and ONCE not in os.environ:
            logger.info("Beginning anew.")
            # Their end may have taken files away that this run has seen and counts on.
            os.environ[ONCE] = "1"
            self.workflow.persistence.unlock()
            self.who.leave()
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def follow(runs: list[Run], ahead: dict[int, tuple[Key, str]]) -> Progress:
    """Start to follow the rounds that a run will make.

    Args:
        runs: of the sweep, with what is there of each.
        ahead: see `rounds_to_train`.
    """
    again = {metrics for _, metrics in ahead.values()}
    done = Counter({run.whose: 0 for run in runs})
    for run in runs:
        done[run.whose] += sum(path not in again for path in run.present())
    progress = Progress(done, {job: whose for job, (whose, _) in ahead.items()})
    logger.addHandler(progress)
    atexit.register(progress.close)
    return progress


def resuming(arguments: list[str], incomplete: bool) -> str:
    """Return the command that goes on where one with these arguments stopped.

    Args:
        arguments: of `snakemake`.
        incomplete: whether `--rerun-incomplete` is among them, or in a profile.
    """
    flag = [] if incomplete else ["--rerun-incomplete"]
    return shlex.join(["snakemake", *arguments, *flag])
