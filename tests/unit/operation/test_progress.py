import logging

import pytest
from snakemake_interface_logger_plugins.common import LogEvent

from orchestration.operation import progress
from orchestration.operation.progress import Progress


@pytest.fixture
def said(monkeypatch):
    """All lines on the screen."""
    lines = []
    for level in ("info", "error"):
        monkeypatch.setattr(progress.logger, level, lines.append)
    return lines


def event(kind, **fields):
    record = logging.LogRecord("snakemake", logging.INFO, "", 0, None, None, None)
    record.event = kind
    record.__dict__.update(fields)
    return record


@pytest.fixture
def sweep(said):
    """One round of `a` done, one to do; two of `b` to do."""
    return Progress({("d", "a"): 1, ("d", "b"): 0}, {7: ("d", "a"), 8: ("d", "b"), 9: ("d", "b")})


def test_a_plain_line_after_each_round(sweep, said):
    sweep.emit(event(LogEvent.JOB_FINISHED, job_id=5))
    assert said == []
    sweep.emit(event(LogEvent.JOB_FINISHED, job_id=8))
    assert said[0].startswith("2 of 4 rounds done (50%), about 0 s left, a 1/2, b 1/2")
    for job in (7, 9):
        sweep.emit(event(LogEvent.JOB_FINISHED, job_id=job))
    assert said[-1] == "4 of 4 rounds done (100%), a 2/2, b 2/2"


def test_data_sets_are_named_where_there_are_several(said):
    both = Progress({}, {1: ("d", "a"), 2: ("e", "a")})
    both.emit(event(LogEvent.JOB_FINISHED, job_id=1))
    assert "d a 1/1, e a 0/1" in said[0]


def test_a_failed_group_is_one_line_with_its_reason(sweep, said, tmp_path):
    log = tmp_path / "9.log"
    log.write_text("slurmstepd: error: Detected 1 oom-kill event(s)\n")
    fields = {"groupid": "round_d_a_0_2", "aux_logs": [str(log)], "external_jobid": "9"}
    fields["job_error_info"] = [{"log": [], "jobid": 6}, {"log": [], "jobid": 7}]
    sweep.emit(event(LogEvent.GROUP_ERROR, **fields))
    sweep.emit(event(LogEvent.JOB_ERROR, indent=True, rule_name="train", log=[], rule_msg=None))
    assert len(said) == 1
    assert said[0].startswith("group round_d_a_0_2 failed: it needed more memory")
    assert list(sweep.failures.values()) == said


def test_a_failure_that_another_attempt_healed_is_forgotten(sweep, said):
    fields = {"groupid": "round_d_a_0_2", "aux_logs": [], "external_jobid": "9"}
    fields["job_error_info"] = [{"log": [], "jobid": 6}, {"log": [], "jobid": 7}]
    for _ in range(2):
        sweep.emit(event(LogEvent.GROUP_ERROR, **fields))
    assert len(sweep.failures) == 1
    sweep.emit(event(LogEvent.JOB_FINISHED, job_id=6))
    assert sweep.failures == {}


def test_a_failed_job_of_no_group_is_told_too(sweep, said):
    fields = {"indent": False, "rule_name": "x", "jobid": 3, "log": [], "rule_msg": "no room"}
    sweep.emit(event(LogEvent.JOB_ERROR, **fields))
    assert said == ["rule x failed: no room"]


def test_a_failed_job_is_told_with_its_whole_name(said):
    sweep = Progress({}, {}, {3: "rule x (d, random, seed 0, round 1)"})
    fields = {"indent": False, "rule_name": "x", "jobid": 3, "log": [], "rule_msg": "no room"}
    sweep.emit(event(LogEvent.JOB_ERROR, **fields))
    assert said == ["rule x (d, random, seed 0, round 1) failed: no room"]


def test_a_group_that_slurm_did_not_take_says_so(sweep, said):
    fields = {
        "groupid": "round_d_a_0_2",
        "aux_logs": [],
        "job_error_info": [{"log": [], "jobid": 7}],
    }
    sweep.emit(event(LogEvent.GROUP_ERROR, **fields))
    assert said[0].startswith("group round_d_a_0_2 failed: Slurm did not take it (sbatch failed)")


def test_a_mistake_of_the_display_ends_no_sweep(sweep, monkeypatch, capsys):
    monkeypatch.setattr(sweep, "line", lambda: 1 / 0)
    sweep.emit(event(LogEvent.JOB_FINISHED, job_id=7))
    assert "ZeroDivisionError" in capsys.readouterr().err
