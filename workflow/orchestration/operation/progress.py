"""Progress of a running sweep: bars on a terminal or plain lines, and reasons of failures."""

import logging
import sys
import time
from collections import Counter
from contextlib import suppress
from typing import Any

from snakemake.logging import logger
from snakemake_interface_logger_plugins.common import LogEvent

from cbal.wording import counted
from orchestration.operation.reasons import reason
from orchestration.operation.standing import duration

TRAINS = ("train", "train_last", "train_supervised")
TRAINS += ("train_head", "train_head_last", "train_head_supervised")
NOT_TAKEN = "Slurm did not take it (sbatch failed); --verbose shows the command, to try by hand"

Key = tuple[str, str]  # data set and scenario


class Progress(logging.Handler):
    """Log handler that counts finished rounds from Snakemake's events and shows the number."""

    def __init__(
        self, done: dict[Key, int], waiting: dict[int, Key], names: dict[int, str] | None = None
    ):
        """Start to count.

        Args:
            done: number of rounds done before, by data set and scenario.
            waiting: data set and scenario of each job that will finish a round, by job id.
            names: what each job is called where it fails, by job id.
        """
        super().__init__()
        self.names = names or {}
        self.done = Counter(done)
        self.waiting = dict(waiting)
        self.total = Counter(done) + Counter(self.waiting.values())
        self.finished = 0
        self.start, self.since = time.monotonic(), time.time()
        self.failures: dict[tuple[int, ...], str] = {}  # by job ids
        self.bars = _bars(self.total, self.done)

    def emit(self, record: logging.LogRecord) -> None:
        """Handle one of Snakemake's events. An error in this method does not end the sweep."""
        try:
            self._note(record)
        except Exception:
            self.handleError(record)

    def _note(self, record: logging.LogRecord) -> None:
        event = getattr(record, "event", None)
        if event == LogEvent.JOB_FINISHED:
            succeeded = [jobs for jobs in self.failures if record.job_id in jobs]
            for jobs in succeeded:
                del self.failures[jobs]
            key = self.waiting.pop(record.job_id, None)
            if key is not None:
                self._count(key)
        elif event == LogEvent.GROUP_ERROR:
            jobs = tuple(job["jobid"] for job in record.job_error_info)
            logs = [log for job in record.job_error_info for log in job["log"]]
            taken = hasattr(record, "external_jobid")
            # Snakemake does not pass on the executor's message about a group.
            why = reason(record.aux_logs, logs, self.since) if taken else NOT_TAKEN
            self._fail(jobs, f"group {record.groupid} failed: {why}")
        elif event == LogEvent.JOB_ERROR and not record.indent:  # indented: see GROUP_ERROR
            why = reason([], record.log, self.since, record.rule_msg)
            name = self.names.get(record.jobid, f"rule {record.rule_name}")
            self._fail((record.jobid,), f"{name} failed: {why}")

    def line(self) -> str:
        """Return one line with the number of finished rounds and the time that is left."""
        done, total = self.done.total(), self.total.total()
        parts = [f"{done} of {counted(total, 'round')} done ({done / total:.0%})"]
        if self.finished and self.waiting:
            left = (time.monotonic() - self.start) / self.finished * len(self.waiting)
            parts.append(f"about {duration(left)} left")
        several = len({dataset for dataset, _ in self.total}) > 1
        for (dataset, scenario), n in self.total.items():
            name = f"{dataset} {scenario}" if several else scenario
            parts.append(f"{name} {self.done[dataset, scenario]}/{n}")
        return ", ".join(parts)

    def close(self) -> None:
        """Remove the bars from the terminal."""
        if self.bars is not None:
            self.bars.stop()
            self.bars = None
        super().close()

    def _count(self, key: Key) -> None:
        self.done[key] += 1
        self.finished += 1
        if self.bars is not None:
            self.bars.show(self.done, self.line())
        else:
            logger.info(self.line())

    def _fail(self, jobs: tuple[int, ...], why: str) -> None:
        self.failures[jobs] = why
        logger.error(why)


class Bars:
    """A bar for each scenario at the bottom of the terminal, below Snakemake's lines."""

    def __init__(self, total: Counter[Key], done: Counter[Key]):
        """Draw the bars."""
        from rich.console import Console
        from rich.file_proxy import FileProxy
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self.stream = sys.stderr
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self.rows = Progress(*columns, console=console, redirect_stdout=False)
        self.tasks = {
            key: self.rows.add_task(" ".join(key), total=n, completed=done[key])
            for key, n in total.items()
        }
        self.summary = self.rows.add_task("", total=total.total(), completed=done.total())
        self.rows.start()
        # Snakemake's handler writes to the terminal. Rich must print its lines above the bars.
        self._redirect(FileProxy(console, self.stream))

    def show(self, done: Counter[Key], line: str) -> None:
        """Update the bars."""
        for key, task in self.tasks.items():
            self.rows.update(task, completed=done[key])
        left = next((part for part in line.split(", ") if part.startswith("about")), "")
        self.rows.update(self.summary, completed=done.total(), description=left)

    def stop(self) -> None:
        """Stop updating the bars, and let Snakemake write to the terminal again."""
        self.rows.stop()
        self._redirect(self.stream)

    @staticmethod
    def _redirect(stream: Any) -> None:
        for handler in logger.handlers:
            if getattr(handler, "name", None) == "DefaultStreamHandler":
                handler.setStream(stream)


def _bars(total: Counter[Key], done: Counter[Key]) -> Bars | None:
    """Return bars if the output goes to a terminal; None otherwise."""
    if sys.stderr.isatty():
        with suppress(ImportError):  # the user's installation of Snakemake may lack Rich
            return Bars(total, done)
    return None
