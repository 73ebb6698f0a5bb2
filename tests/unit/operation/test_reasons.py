import os

import pytest

from orchestration.operation.reasons import reason


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
    assert reason([], [old], since=1e9 - 50) == "it left no log"
    assert reason([], [old], since=1e9 - 150) == f"of yesterday (log: {old})"


def test_else_what_the_executor_said_or_where_to_look(log):
    plain = log("a.log", "epoch 1\n")
    assert reason([], [plain], said="sbatch failed.\n  twice") == "sbatch failed. twice"
    assert reason([], [plain]) == f"see {plain}"
    assert reason([], ["/nowhere.log"]) == "it left no log"
