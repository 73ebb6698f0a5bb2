import subprocess

import pytest

from orchestration.operation import slurm
from orchestration.operation.slurm import RefusedError, check

CONFIGURATION = """\
AccountingStorageType   = accounting_storage/{accounting}
MinJobAge               = {age} sec
"""
TRAIN = ("train", 4, {"slurm_partition": "gpu", "mem_mb": 8000, "runtime": 60, "gpu": 1})


class Slurm:
    """A stand-in for Slurm's commands; `tests/slurm` asks the real ones."""

    def __init__(self, accounting="none", age=300, refuse=""):
        self.configuration = CONFIGURATION.format(accounting=accounting, age=age)
        self.refuse, self.tested = refuse, []

    def __call__(self, command, **_):
        if command[0] == "sbatch":
            self.tested.append(list(command))
            return subprocess.CompletedProcess(command, bool(self.refuse), "", self.refuse)
        out = {"scontrol": self.configuration, "sinfo": "short\nlong\n"}[command[0]]
        return subprocess.CompletedProcess(command, 0, out, "")


@pytest.fixture
def use(monkeypatch):
    def use(**how):
        commands = Slurm(**how)
        monkeypatch.setattr(slurm.subprocess, "run", commands)
        return commands

    return use


def test_each_kind_of_job_is_tried_once_and_none_submitted(use):
    commands = use()
    check([TRAIN, ("train_last", *TRAIN[1:]), ("cluster", 4, {"mem_mb": 4000})], "squeue")
    assert commands.tested == [
        ["sbatch", "--test-only", "--partition=gpu", "--mem=8000", "--time=60", "--gpus=1"]
        + ["--cpus-per-task=4", "--wrap", "true"],
        ["sbatch", "--test-only", "--mem=4000", "--cpus-per-task=4", "--wrap", "true"],
    ]


def test_a_refusal_says_what_is_wrong_and_what_to_edit(use):
    use(refuse="sbatch: error: no\nallocation failure: Invalid partition name specified\n")
    with pytest.raises(RefusedError) as caught:
        check([TRAIN], "squeue")
    message = str(caught.value)
    assert "\n" not in message
    for words in ("--partition=gpu", "of train", "Invalid partition name", "EDIT", "short, long"):
        assert words in message


@pytest.mark.parametrize(
    ("command", "accounting", "age", "words"),
    [
        ("squeue", "none", 300, None),
        ("squeue", "slurmdbd", 300, None),
        ("sacct", "slurmdbd", 30, None),
        ("squeue", "slurmdbd", 30, "forgets finished jobs after 30 s .* sacct"),
        ("sacct", "none", 300, "no accounting daemon .* squeue"),
    ],
)
def test_how_to_learn_of_jobs_must_suit_the_cluster(use, command, accounting, age, words):
    use(accounting=accounting, age=age)
    if words is None:
        check([TRAIN], command)
    else:
        with pytest.raises(RefusedError, match=words):
            check([TRAIN], command)


def test_without_slurm_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RefusedError, match="`sbatch` is not on this machine"):
        check([TRAIN], "squeue")
