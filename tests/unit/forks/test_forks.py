import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from itertools import count, islice
from pathlib import Path

import psutil
import pytest

from orchestration import forks
from orchestration.forks.server import LIBRARIES
from tests.conftest import ROOT
from tests.faults.bench import wait_for
from tests.forks import without_server

TELLS = """
import json, os, signal, sys
ours = sorted(name for name in sys.modules if name.split(".")[0] in ("cbal", "orchestration"))
said = [sys.argv, __file__, sys.path[0], os.getcwd(), os.environ.get("SAID"), __name__, ours]
signals = [str(signal.getsignal(n)) for n in (signal.SIGINT, signal.SIGPIPE, signal.SIGCHLD)]
print(json.dumps([*said, *signals, os.umask(0)]))
print("wrong", file=sys.stderr)
if sys.argv[1] == "killed":
    os.kill(os.getpid(), 9)
if sys.argv[1] == "text":
    sys.exit("error: wrong")
if sys.argv[1] == "raises":
    raise ValueError("wrong")
if sys.argv[1] == "interrupted":
    raise KeyboardInterrupt
sys.exit(int(sys.argv[1]))
"""
WAITS = """
import os, subprocess, sys, time
child = subprocess.Popen(["sleep", "600"])
try:
    print(os.getpid(), child.pid, flush=True)
    time.sleep(600)
except KeyboardInterrupt:
    sys.exit("interrupted")
"""
SHELL = "set -euo pipefail; . workflow/scripts/tell_signals.sh; python "


@pytest.fixture
def environment(monkeypatch):
    """Environment of jobs of one thread, with the address of a server that this test starts."""
    monkeypatch.delenv(forks.ADDRESS, raising=False)
    at_exit = []
    monkeypatch.setattr(forks.atexit, "register", lambda *call: at_exit.append(call))
    forks.start()
    yield os.environ | forks.ONE_THREAD
    for function, *arguments in at_exit:
        function(*arguments)


def run(script, *words, environment, **options):
    command = [sys.executable, "-IS", forks.CLIENT, script, *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, **options)


def shell(command, environment):
    """Run a command as a job's shell does."""
    return subprocess.run(
        ["bash", "-c", SHELL + command], cwd=ROOT, env=environment, capture_output=True, text=True
    )


@pytest.fixture
def waiting(tmp_path, environment):
    """Return who asked for a fork that waits, the fork, and a process that the fork started."""
    (tmp_path / "job.py").write_text(WAITS)
    command = [sys.executable, "-IS", forks.CLIENT, tmp_path / "job.py"]
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as client:
        yield client, *map(psutil.Process, map(int, client.stdout.readline().split()))
        client.kill()


def gone(process):
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize(
    ("word", "status"),
    [("0", 0), ("3", 3), ("text", 1), ("raises", 1)]
    + [("interrupted", -signal.SIGINT), ("killed", -signal.SIGKILL)],
)
def test_a_fork_is_like_a_process_that_begins(tmp_path, environment, word, status):
    script = tmp_path / "scripts" / "tell.py"
    script.parent.mkdir()
    script.write_text(TELLS)
    environment = environment | {"SAID": "two\nlines = 1"}
    words = [word, "", "a b", "ü*"]
    options = {"cwd": tmp_path, "env": environment, "capture_output": True, "text": True}
    process = subprocess.run([sys.executable, script, *words], **options)
    assert process.returncode == status
    for _ in range(2):
        fork = run(script, *words, environment=environment, cwd=tmp_path)
        assert (fork.returncode, fork.stdout) == (process.returncode, process.stdout)
        assert fork.stderr.startswith(process.stderr)
        took = fork.stderr.removeprefix(process.stderr)
        assert took.startswith("took ") == (status == 0)
        assert status == 0 or not took


def test_the_second_fork_of_a_script_finds_its_libraries_imported(tmp_path, environment):
    (tmp_path / "ours.py").write_text("")
    code = """
        import sys
        print([name for name in ("numpy", "torch", "ours") if name in sys.modules])
        import numpy, ours
    """
    for name in ("first.py", "other.py"):
        (tmp_path / name).write_text("\n".join(map(str.strip, code.splitlines())))
    said = [run(tmp_path / "first.py", environment=environment).stdout for _ in range(3)]
    assert said == ["[]\n", "['numpy']\n", "['numpy']\n"]


def test_the_process_that_forks_has_one_thread_whatever_it_imports(tmp_path, environment):
    lines = [f"import {name}" for name in LIBRARIES]
    tell = """
from pathlib import Path
import os
threads = [each.read_text() for each in Path(f"/proc/{os.getppid()}/task").glob("*/comm")]
# jemalloc, PyArrow's allocator, ends its thread before a fork and starts another one in it.
print(len([name for name in threads if name != "jemalloc_bg_thd\\n"]))
"""
    (tmp_path / "job.py").write_text("\n".join([*lines, tell]))
    said = [run(tmp_path / "job.py", environment=environment) for _ in range(2)]
    assert [each.stdout for each in said] == ["1\n", "1\n"], said[0].stderr


def test_a_fork_ends_with_who_asked_for_it(waiting):
    client, fork, child = waiting
    client.kill()
    wait_for(lambda: gone(fork) and gone(child), "the fork's end")


def test_ctrl_c_reaches_a_fork(waiting):
    client, fork, child = waiting
    client.send_signal(signal.SIGINT)
    assert client.wait(30) == 1
    assert client.stderr.read() == "interrupted\n"
    wait_for(lambda: gone(fork) and gone(child), "the fork's end")


def test_ctrl_c_before_there_is_a_fork_is_not_lost(tmp_path, environment):
    lines = ["import sys, time, torch", "if len(sys.argv) > 1:", "    time.sleep(600)"]
    (tmp_path / "job.py").write_text("\n".join(lines))
    assert run(tmp_path / "job.py", environment=environment).returncode == 0
    command = [sys.executable, "-IS", forks.CLIENT, tmp_path / "job.py", "long"]
    with subprocess.Popen(
        command,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as client:
        time.sleep(0.3)  # the server imports torch, for seconds
        client.send_signal(signal.SIGINT)
        assert client.wait(60) == -signal.SIGINT
        assert client.stderr.read().endswith("KeyboardInterrupt\n")


def test_forks_end_with_their_server(waiting):
    client, fork, child = waiting
    fork.parent().kill()
    assert client.wait(30) == -signal.SIGKILL
    wait_for(lambda: gone(fork), "the fork's end")
    child.kill()


def test_a_server_and_its_forks_end_with_who_started_it(tmp_path):
    (tmp_path / "job.py").write_text(WAITS)
    code = f"""
import os, subprocess, sys
from orchestration import forks
from orchestration.forks.server import LIBRARIES
forks.start()
print(os.environ[forks.ADDRESS], flush=True)
subprocess.run([sys.executable, "-IS", forks.CLIENT, {str(tmp_path / "job.py")!r}])
"""
    environment = without_server() | {"PYTHONPATH": f"{ROOT}/workflow"}
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True
    ) as starter:
        address = starter.stdout.readline().strip()
        fork = psutil.Process(int(starter.stdout.readline().split()[0]))
        server = fork.parent()
        starter.kill()
    wait_for(lambda: gone(fork) and gone(server), "the server's end")
    assert not Path(address).parent.exists()


def test_the_times_of_who_started_a_server_include_those_of_forks(tmp_path):
    (tmp_path / "job.py").write_text("import time\nwhile time.process_time() < 1: pass")
    code = f"""
import subprocess, sys
from orchestration import forks
from orchestration.forks.server import LIBRARIES
forks.start()
subprocess.run([sys.executable, "-IS", forks.CLIENT, {str(tmp_path / "job.py")!r}])
"""
    environment = without_server() | {"PYTHONPATH": f"{ROOT}/workflow"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime > 0.9


def test_without_a_server_a_script_is_a_process(tmp_path, environment):
    (tmp_path / "job.py").write_text("import os; print(os.getppid())")
    result = run(tmp_path / "job.py", environment=environment | {forks.ADDRESS: "/nowhere"})
    assert result.stdout == f"{os.getpid()}\n"


def test_who_asks_and_is_gone_at_once_harms_nobody_and_leaves_nothing_open(tmp_path, environment):
    size = (100).to_bytes(8, "big")
    tell = "import os; print(os.getppid(), len(os.listdir('/proc/self/fd')))"
    (tmp_path / "job.py").write_text(tell)

    def open_files():
        server, of_fork = run(tmp_path / "job.py", environment=environment).stdout.split()
        assert int(of_fork) <= 5  # input, output, errors, report, and the folder that it lists
        return len(os.listdir(f"/proc/{server}/fd"))

    before = open_files()
    for said in (b"", b"\0", size, size + b"{") * 5:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(environment[forks.ADDRESS])
            if said:
                socket.send_fds(connection, [said], (1, 2))
    assert open_files() == before


def test_who_asks_and_then_stops_holds_up_others_for_a_while_only(tmp_path, environment):
    (tmp_path / "job.py").write_text("print('done')")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(environment[forks.ADDRESS])
        connection.sendall(b"\0")
        assert run(tmp_path / "job.py", environment=environment).stdout == "done\n"


def test_where_there_may_be_no_more_forks_a_job_is_a_process(tmp_path, environment):
    (tmp_path / "job.py").write_text("import os; print(os.getppid())")
    server = psutil.Process(int(run(tmp_path / "job.py", environment=environment).stdout))
    used = set(map(int, os.listdir(f"/proc/{server.pid}/fd")))
    free = (number for number in count() if number not in used)
    # Enough for a request with its two files, and not for a fork.
    server.rlimit(psutil.RLIMIT_NOFILE, 2 * (next(islice(free, 3, None)),))
    result = run(tmp_path / "job.py", environment=environment)
    assert (result.stdout, result.stderr) == (f"{os.getpid()}\n", "")


@pytest.mark.parametrize(
    ("threads", "address", "is_fork"),
    [
        ("1", None, True),
        ("2", None, False),
        ("0", None, False),  # as of pages for people
        ("1", "", False),
    ],
)
def test_a_job_of_one_thread_is_a_fork(tmp_path, environment, threads, address, is_fork):
    (tmp_path / "job.py").write_text("import os; print(os.getpgrp())")
    environment = environment | {"OMP_NUM_THREADS": threads}
    if address is not None:
        environment[forks.ADDRESS] = address
    result = shell(f"{tmp_path / 'job.py'}", environment)
    assert result.returncode == 0, result.stderr
    assert (int(result.stdout) != os.getpgrp()) == is_fork
    assert result.stderr.startswith("took ") == is_fork


def test_what_nobody_seeds_differs_between_forks(tmp_path, environment):
    lines = ["import numpy.random, torch", "print(numpy.random.rand(), torch.rand(1).item())"]
    (tmp_path / "job.py").write_text("\n".join(lines))
    drawn = [run(tmp_path / "job.py", environment=environment).stdout.split() for _ in range(3)]
    assert len({*sum(drawn, [])}) == 6


def test_a_file_that_nobody_closes_is_written(tmp_path, environment):
    (tmp_path / "job.py").write_text(
        f"log = open({str(tmp_path / 'log')!r}, 'w'); log.write('all')"
    )
    assert run(tmp_path / "job.py", environment=environment).returncode == 0
    assert (tmp_path / "log").read_text() == "all"


def test_a_server_that_is_stopped_does_not_hold_up_the_end():
    code = """
import psutil
from orchestration import forks
forks.PATIENCE = 0.1
forks.start()
(server,) = psutil.Process().children()
server.suspend()
print(server.pid)
"""
    environment = without_server() | {"PYTHONPATH": f"{ROOT}/workflow"}
    command = [sys.executable, "-c", code]
    server = subprocess.check_output(command, env=environment, text=True, timeout=60)
    assert not psutil.pid_exists(int(server))


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-"])
def test_without_one_of_the_usual_streams_there_is_no_server(closed):
    code = "import os; from orchestration import forks; forks.start()"
    code += "; assert forks.ADDRESS not in os.environ"
    environment = without_server() | {"PYTHONPATH": f"{ROOT}/workflow"}
    command = ["bash", "-c", f'{sys.executable} -c "{code}" {closed}']
    assert subprocess.run(command, env=environment).returncode == 0


def test_a_fork_that_a_signal_kills_is_told_of(tmp_path, environment):
    (tmp_path / "job.py").write_text("import os; os.kill(os.getpid(), 11)")
    result = shell(f"{tmp_path / 'job.py'}", environment)
    assert result.returncode == 128 + signal.SIGSEGV
    assert "error: killed by signal 11 (SIGSEGV)" in result.stderr


def test_without_a_place_for_a_socket_jobs_are_processes(monkeypatch, tmp_path):
    long = tmp_path / ("long" * 30)
    long.mkdir()
    monkeypatch.setattr(tempfile, "mkdtemp", lambda prefix: str(long))
    monkeypatch.delenv(forks.ADDRESS, raising=False)
    forks.start()
    assert forks.ADDRESS not in os.environ
    assert not long.exists()


def test_nobody_who_wants_no_forks_gets_a_server(monkeypatch):
    monkeypatch.setenv(forks.ADDRESS, "")
    forks.start()
    assert os.environ[forks.ADDRESS] == ""
