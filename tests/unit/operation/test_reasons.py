import os
import subprocess
from pathlib import Path

import pytest

from orchestration.operation.reasons import NO_WORD, SHELL, reason

ROOT = Path(__file__).parents[3]


@pytest.fixture
def log(tmp_path):
    def write(name, text, age=0):
        path = tmp_path / name
        path.write_text(text)
        os.utime(path, (1e9 - age, 1e9 - age))
        return str(path)

    return write


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("slurmstepd: error: Detected 1 oom-kill event(s) in StepId=1.0.", "more memory"),
        ("slurmstepd: error: Exceeded job memory limit", "more memory"),
        ("srun: error: n1: task 0: Out Of Memory", "more memory"),
        ("*** JOB 5 ON n1 CANCELLED AT 2026-01-01 DUE TO TIME LIMIT ***", "took longer"),
        ("*** JOB 5 ON n1 CANCELLED AT 2026-01-01 DUE TO NODE FAILURE ***", "node failed"),
        ("*** JOB 5 ON n1 CANCELLED AT 2026-01-01 ***", "cancelled"),
    ],
)
def test_what_slurm_did_is_told_in_words(log, text, words):
    slurm = log("1.log", f"Building DAG of jobs...\n{text}\nmore\n")
    told = reason([slurm], [log("train.log", "error: something older\n")])
    assert words in told
    assert slurm in told
    assert "\n" not in told


def test_else_the_newest_error_of_a_stage_is_told(log):
    logs = [log("a.log", "error: old\n", age=9), log("b.log", "epoch 1\nerror: new one\n")]
    assert reason([log("1.log", "nothing\n")], logs) == f"new one (log: {logs[1]})"


def test_logs_of_earlier_runs_tell_nothing(log):
    old = log("a.log", "error: of yesterday\n", age=100)
    assert reason([], [old], since=1e9 - 50) == NO_WORD
    assert reason([], [old], since=1e9 - 150) == f"of yesterday (log: {old})"


def test_else_what_the_executor_said_or_where_to_look(log):
    plain = log("a.log", "epoch 1\n")
    assert reason([], [plain], said="sbatch failed.\n  twice") == "sbatch failed. twice"
    assert reason([], [plain]) == f"see {plain}"
    assert reason([], ["/nowhere.log"]) == NO_WORD


@pytest.mark.parametrize(
    ("ending", "words", "cure"),
    [
        ("os.kill(os.getpid(), 9)", "killed by signal 9 (SIGKILL)", "memory ran out"),
        ("os.kill(os.getpid(), 15)", "killed by signal 15 (SIGTERM)", "run the same command again"),
        ("os.abort()", "killed by signal 6 (SIGABRT)", "a fault in a library"),
    ],
)
def test_a_job_that_a_signal_kills_says_which_one_and_what_to_do(tmp_path, ending, words, cure):
    log = run_in_shell(f"import os; {ending}", tmp_path, code=1)
    told = reason([], [str(log)])
    assert told.startswith(words)
    assert cure in told
    assert told.endswith(f"(log: {log})")


@pytest.mark.parametrize("code", [0, 1, 130, 255])
def test_a_job_that_no_signal_kills_is_told_of_none(tmp_path, code):
    log = run_in_shell(f"exit({code})", tmp_path, code=int(code > 0))
    assert log.read_text() == ""


def run_in_shell(program, folder, code):
    """Run a program as a rule does, and return its log."""
    log = folder / "job.log"
    command = f"{SHELL} python -c '{program}' > {log} 2>&1 || (cat {log} >&2; exit 1)"
    assert subprocess.run(["bash", "-c", command], capture_output=True, cwd=ROOT).returncode == code
    return log
