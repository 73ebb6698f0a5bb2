"""The reason why a job failed, in one line, from its log and Slurm's log."""

import os
import re
import signal
from collections.abc import Sequence
from pathlib import Path

# What Slurm writes into a job's log, and what it means. The first match counts.
OF_SLURM = {
    r"oom.kill|Out Of Memory|Exceeded job memory limit": (
        "it needed more memory than it asked for (mem_mb), and Slurm ended it"
    ),
    r"DUE TO TIME LIMIT": "it took longer than it asked for (runtime), and Slurm ended it",
    r"DUE TO NODE FAILURE|Node failure": "its node failed",
    r"DUE TO PREEMPTION": "Slurm took its node for another job",
    r"CANCELLED AT": "it was cancelled",
}
# Runs before the command of each job.
SHELL = "set -euo pipefail; . workflow/scripts/tell_signals.sh;"
FAULT = "a fault in a library or in the machine: run the same command again"
NO_WORD = "it ended without a word, as a job does that is killed: run the same command again"
KILLED = re.compile(r"killed by signal (\d+) \(\w+\)")
CURES = {
    signal.SIGKILL: "perhaps memory ran out: run fewer jobs at once (--cores), or limit their "
    "memory together (--resources mem_mb=8000)",
    signal.SIGTERM: "a person or the system ended it: run the same command again",
}


def reason(
    slurm_logs: Sequence[str], logs: Sequence[str], since: float = 0, said: str | None = None
) -> str:
    """Return why a job failed, and which log has the details.

    Args:
        slurm_logs: logs that Slurm wrote.
        logs: logs of the job, or of all members of its group.
        since: POSIX time; older logs are of earlier runs and are ignored.
        said: message of the executor about the job.
    """
    logs = sorted((log for log in logs if _time(log) >= since), key=_time, reverse=True)
    for log in (*slurm_logs, *logs[:1]):
        text = _text(log)
        for pattern, words in OF_SLURM.items():
            if re.search(pattern, text):
                return f"{words} (log: {log})"
    if logs and _text(logs[0]).endswith(("interrupted\n", "KeyboardInterrupt\n")):
        return "it was interrupted"
    for log in logs:
        errors = re.findall(r"^error: (.+)$", _text(log), re.M)
        if errors:
            return f"{errors[-1]}{_cure(errors[-1])} (log: {log})"
    if said:
        return " ".join(said.split())
    told = next((log for log in (*logs, *slurm_logs) if _text(log)), None)
    return f"see {told}" if told else NO_WORD


def _cure(error: str) -> str:
    """Return what to do about an error that tells of a signal; nothing for another error."""
    killed = KILLED.fullmatch(error)
    return f", {CURES.get(int(killed[1]), FAULT)}" if killed else ""


def _text(log: str) -> str:
    try:
        return Path(log).read_text(errors="replace")
    except OSError:
        return ""


def _time(log: str) -> float:
    try:
        return os.stat(log).st_mtime
    except OSError:
        return 0.0
