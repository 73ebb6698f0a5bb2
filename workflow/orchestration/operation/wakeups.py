"""Wake-ups of Snakemake's scheduler: one is enough.

Snakemake starts up to 100 jobs a second. Whenever it has looked for jobs to start, it sets a timer
of a second, to look again when that limit may allow more. Each look that a timer causes sets
another one, and so does each job that ends. No timer is ever the last, so after 1,000 jobs
Snakemake looks 1,000 times a second, and most of a core goes into looking (9.27). Here a timer is
set only if there is none yet.
"""

import threading

from snakemake.scheduling.job_scheduler import JobScheduler

METHOD = "_schedule_reevalutation"  # spelled so in Snakemake


def share_timers() -> None:
    """Make schedulers of this process set one timer for each delay at a time."""
    if hasattr(JobScheduler, METHOD):
        setattr(JobScheduler, METHOD, _wake_after)


def _wake_after(scheduler: JobScheduler, delay: float) -> None:
    """Wake the scheduler after a delay in seconds, or sooner if that was asked for already."""
    pending = scheduler.__dict__.setdefault("_pending", {})
    if delay in pending:
        return

    def wake() -> None:
        del pending[delay]  # first, so that what the scheduler sees then may set the next timer
        scheduler._open_jobs.release()

    pending[delay] = threading.Timer(delay, wake)
    pending[delay].daemon = True  # the end of a run does not wait for it
    pending[delay].start()
