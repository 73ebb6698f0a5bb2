"""Run stages as separate processes, as the workflow does, and measure time and memory."""

import math
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
# The rules set it for every job, in workflow/rules/inputs/settings.smk.
OF_JOBS = {"TORCH_DEVICE_BACKEND_AUTOLOAD": "0"}


@dataclass(frozen=True)
class Usage:
    """Time and memory that a process took.

    Attributes:
        wall: seconds from start to end.
        cpu: CPU seconds, including those of its children.
        others: CPU seconds that everything else on this machine took meanwhile. If they are
            many, wall times say little: threads of PyTorch spin while they wait for each
            other, so one busy core of two can make a process ten times slower.
        peak: memory in MiB, of the process alone.
    """

    wall: float
    cpu: float
    others: float
    peak: float


def command(script: str, **flags: object) -> list[str]:
    """Return a stage's command line; a list or tuple is several values of a flag, None no flag."""
    words = [sys.executable, f"workflow/scripts/{script}.py"]
    for name, value in flags.items():
        if value is not None:
            values = value if isinstance(value, list | tuple) else [value]
            words += [f"--{name.replace('_', '-')}", *map(str, values)]
    return words


def measure(
    words: Sequence[str],
    log: Path,
    environment: Mapping[str, str] = OF_JOBS,
    folder: Path = ROOT,
    limit: float = math.inf,
) -> Usage:
    """Run a command to its end.

    Args:
        words: the command.
        log: file for its output.
        environment: variables that differ from this process's.
        folder: working directory; by default the repository's root.
        limit: seconds after which it is killed.

    Raises:
        SystemExit: it failed; the message has the end of its output.
        TimeoutExpired: it was killed.
    """
    with log.open("w") as out:
        busy, start = _busy(), time.perf_counter()
        process = subprocess.Popen(
            words,
            cwd=folder,
            env={**os.environ, **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        ended, peak = 0, 0.0
        while not ended:
            peak = max(peak, _peak(process.pid))
            time.sleep(0.002)
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if not ended and time.perf_counter() - start > limit:
                process.kill()
                process.wait()
                raise subprocess.TimeoutExpired(words, limit)
        wall, busy = time.perf_counter() - start, _busy() - busy
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        last = log.read_text().strip().splitlines()[-1:]
        raise SystemExit(f"{' '.join(words[1:3])} failed: {''.join(last)}")
    cpu = usage.ru_utime + usage.ru_stime
    return Usage(wall, cpu, max(0.0, busy - cpu), peak)


def _peak(pid: int) -> float:
    """Return the peak memory of a running process in MiB.

    The kernel's count for ended processes cannot be used: it begins with the memory of the
    process that started them.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0.0


def _busy() -> float:
    """Return the CPU seconds that this machine has worked since it was started."""
    times = psutil.cpu_times()
    return times.user + times.nice + times.system
