"""Tests of the scheduler's timers: one at a time, and none is lost."""

import inspect
import threading
import time

import pytest
from snakemake.scheduling.job_scheduler import JobScheduler

from orchestration.operation import wakeups


@pytest.fixture
def scheduler(monkeypatch):
    """A scheduler of Snakemake that waits for wake-ups, and nothing else."""
    monkeypatch.setattr(JobScheduler, wakeups.METHOD, getattr(JobScheduler, wakeups.METHOD))
    made = JobScheduler.__new__(JobScheduler)
    made._open_jobs = threading.Semaphore(0)
    wakeups.share_timers()
    return made


def woken(scheduler, seconds):
    """Return how often the scheduler is woken in a time."""
    count, end = 0, time.monotonic() + seconds
    while scheduler._open_jobs.acquire(timeout=max(0, end - time.monotonic())):
        count += 1
    return count


def test_many_looks_at_once_cause_one_more_look(scheduler):
    for _ in range(100):
        scheduler._schedule_reevalutation(0.2)
    assert woken(scheduler, 1) == 1


def test_a_look_may_set_the_next_timer(scheduler):
    for _ in range(3):
        scheduler._schedule_reevalutation(0.05)
        assert scheduler._open_jobs.acquire(timeout=10)


def test_a_long_delay_does_not_hold_up_a_short_one(scheduler):
    scheduler._schedule_reevalutation(60)
    scheduler._schedule_reevalutation(0.05)
    assert scheduler._open_jobs.acquire(timeout=10)
    scheduler._pending[60].cancel()


def test_snakemake_still_wakes_itself_in_this_way():
    # Where it no longer does, `wakeups` can go.
    assert f"self.{wakeups.METHOD}(" in inspect.getsource(JobScheduler.schedule)
