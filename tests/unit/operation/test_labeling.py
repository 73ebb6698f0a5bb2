"""What people are told of pages, and what files of others' are not."""

import io
import sys
from pathlib import Path

import pytest

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
