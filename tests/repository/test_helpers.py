"""Helpers of the tests, where a mistake would show elsewhere or not at all."""

import socket
import subprocess
import sys

import psutil
import pytest

from tests import forks
from tests.conftest import ROOT
from tests.faults.bench import wait_for
from tests.forks import HERE
from tests.ports import PORTS, own_port
from tests.shared import WORKER, once

TELLS = """
import json, os, sys
ours = sorted(name for name in sys.modules if name.split(".")[0] in ("cbal", "orchestration"))
said = [sys.argv[1:], sys.path[0], os.getcwd(), os.environ.get("SAID"), __name__, ours]
print(json.dumps([*said, "torch" in sys.modules]))
print("wrong", file=sys.stderr)
if sys.argv[1] == "killed":
    os.kill(os.getpid(), 9)
sys.exit(int(sys.argv[1]))
"""


@pytest.mark.parametrize(("word", "status"), [("0", 0), ("3", 3), ("killed", -9)])
def test_a_fork_is_like_a_process_that_begins(tmp_path, word, status):
    script = tmp_path / "scripts" / "tell.py"
    script.parent.mkdir()
    script.write_text(TELLS)
    environment = forks.environment() | {"SAID": word}
    said = []
    for python in (sys.executable, "python"):
        result = subprocess.run(
            [python, script, word], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert (result.returncode, result.stderr) == (status, "wrong\n")
        said.append(result.stdout)
    if status >= 0:  # what is printed is in a buffer when a process is killed
        process, fork = said
        assert process.replace("false]", "true]") == fork  # torch is there already


def test_a_fork_of_snakemake_prints_and_fails_as_it_does(tmp_path):
    (tmp_path / "Snakefile").write_text("rule a:\n    shell: 'command -v python; false'\n")
    command = ["snakemake", "--cores", "1"]
    result = subprocess.run(
        command, cwd=tmp_path, env=forks.environment(), capture_output=True, text=True
    )
    assert result.returncode == 1
    assert str(HERE / "bin/python") in result.stdout
    assert "Error in rule a" in result.stderr


def test_who_asks_and_is_gone_at_once_harms_nobody(tmp_path):
    for said in (b"", (100).to_bytes(8, "big"), (100).to_bytes(8, "big") + b"{"):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(forks.server())
            connection.sendall(said)
    (tmp_path / "job.py").write_text("print('done')")
    command, environment = ["python", tmp_path / "job.py"], forks.environment()
    assert subprocess.check_output(command, env=environment, text=True) == "done\n"


def test_a_fork_and_its_jobs_end_with_who_asked_for_it(tmp_path):
    tell = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    (tmp_path / "job.py").write_text(tell)
    (tmp_path / "Snakefile").write_text("rule a:\n    shell: 'python job.py'\n")
    environment = forks.environment()
    run = subprocess.Popen(
        ["snakemake", "--cores", "1"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with run:
        job = psutil.Process(int(next(line for line in run.stdout if line.strip().isdigit())))
        run.kill()
    wait_for(lambda: not job.is_running() or job.status() == psutil.STATUS_ZOMBIE, "the job's end")


def test_processes_side_by_side_have_other_ports():
    ours = own_port()
    code = "from tests.ports import own_port; print(own_port())"
    other = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert abs(int(other.stdout) - ours) >= PORTS
    assert own_port() == ours


def test_what_is_made_once_is_made_again_after_a_failure(tmp_path_factory, monkeypatch):
    monkeypatch.delenv(WORKER, raising=False)
    made = []

    def make(path):
        path.mkdir()
        made.append(path)
        assert len(made) > 1

    name = "made-once"
    with pytest.raises(AssertionError):
        once(tmp_path_factory, name, make)
    assert once(tmp_path_factory, name, make) == once(tmp_path_factory, name, make) == made[1]
    assert len(made) == 2
