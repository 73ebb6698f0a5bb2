"""Where questions wait: told whatever clocks say; and the end of jobs that wait."""

import os
import signal

import pytest

from cbal.labeling.lifetime import Home
from workflow.operation import labeling


@pytest.mark.parametrize("seconds", [0, 10**9, 4 * 10**9])
def test_an_announcement_is_told_whatever_the_file_s_time_says(tmp_path, monkeypatch, seconds):
    home, lines = Home(tmp_path), []
    monkeypatch.setattr(labeling.logger, "info", lines.append)
    home.announce("an old one")
    told = {home.announcement: labeling._version(home.announcement)}
    labeling.tell_new(home.announcement, told)
    assert lines == []
    home.announce("9 questions wait")
    os.utime(home.announcement, (seconds, seconds))
    for _ in range(2):
        labeling.tell_new(home.announcement, told)
    assert lines == ["9 questions wait"]


class Scheduler:
    """Of Snakemake, as far as it matters."""

    _user_kill = None

    def exit_gracefully(self, *_):
        self._user_kill = "graceful"


def test_a_workflow_that_was_told_to_end_ends_the_jobs_that_wait(tmp_path):
    scheduler, home = Scheduler(), Home(tmp_path)
    before = signal.signal(signal.SIGTERM, scheduler.exit_gracefully)
    try:
        assert not labeling._told_to_end()
        os.kill(os.getpid(), signal.SIGTERM)
        assert labeling._told_to_end()
    finally:
        signal.signal(signal.SIGTERM, before)
    owner = str(os.getpid())
    assert not home.is_ending(owner)
    labeling.end_waiting(home.announcement)
    assert home.is_ending(owner)
    assert not home.is_ending("1")
    assert not home.is_ending(None)
