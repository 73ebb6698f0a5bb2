"""Announcements of pages, whatever the dates of files, and the end of waiting jobs."""

import io
import os
import signal
import sys
from pathlib import Path

import pytest

from cbal.labeling.web.lifetime import Home
from orchestration.operation import labeling

LINE = "3 questions of Tiny wait for you at http://lab:8765/"
ADDRESS = Path("results/tiny/labeling/address")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def logged(monkeypatch):
    lines = []
    monkeypatch.setattr(labeling.logger, "info", lines.append)
    return lines


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_a_token_is_in_no_log(logged, monkeypatch, stream):
    monkeypatch.setattr(sys, "stderr", stream())
    monkeypatch.setattr(labeling.logger, "handlers", [])
    labeling._tell(f"{LINE}?token=secret", ADDRESS)
    assert "secret" not in "".join(logged)
    shown = sys.stderr.getvalue()
    if stream is Terminal:
        assert shown == f"{LINE}?token=secret\n"
    else:
        assert shown == ""
        assert logged == [f"{LINE} with the token that is in {ADDRESS}, which only you can read"]


def test_an_address_without_a_token_is_told_as_it_is(logged):
    labeling._tell(LINE, ADDRESS)
    assert logged == [LINE]


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
    """A scheduler of Snakemake with the attributes that are used."""

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
