"""Checks before the first job that Slurm accepts the sweep's jobs and reports their state."""

import re
import subprocess
from collections.abc import Iterable, Mapping
from typing import Any

PROFILE = "the profile (profiles/slurm/config.yaml)"
# The executor asks at least every 180 s.
REMEMBERED = 200


class RefusedError(Exception):
    """Slurm would refuse a job. The message is one line: what, why, and what to edit."""


def check(jobs: Iterable[tuple[str, int, Mapping[str, Any]]], status_command: str) -> None:
    """Check that Slurm would accept jobs of these kinds, without submitting any.

    Args:
        jobs: names of the rules, threads and resources of one submission of each kind.
        status_command: `squeue` or `sacct`, with which the executor asks for the state of jobs.

    Raises:
        RefusedError: Slurm would refuse a job, or `status_command` would not report its end.
    """
    checked = set()
    for rules, threads, resources in jobs:
        options = tuple(_options(threads, resources))
        if options not in checked:
            _test(rules, options)
            checked.add(options)
    _check_status_command(status_command, _ask("scontrol", "show", "config")[1])


def _options(threads: int, resources: Mapping[str, Any]) -> Iterable[str]:
    flags = {"slurm_partition": "partition", "slurm_account": "account", "mem_mb": "mem"}
    flags |= {"runtime": "time", "gpu": "gpus", "qos": "qos", "constraint": "constraint"}
    for name, flag in flags.items():
        value = resources.get(name)
        if isinstance(value, str | int) and value != "":
            yield f"--{flag}={value}"
    yield f"--cpus-per-task={threads}"


def _test(rules: str, options: tuple[str, ...]) -> None:
    taken, output = _ask("sbatch", "--test-only", *options, "--wrap", "true")
    if taken:
        return
    known, partitions = _ask("sinfo", "--noheader", "--format", "%R")
    if not known:
        raise RefusedError(f"Slurm does not answer ({_last_line(partitions)}); try `sinfo`")
    raise RefusedError(
        f"Slurm would refuse {' '.join(options)} (of {rules}): {_last_line(output)}; edit the "
        f"lines marked EDIT in {PROFILE}, or what the rules ask for. "
        f"Partitions here: {', '.join(partitions.split())}"
    )


def _last_line(output: str) -> str:
    """Return the last line that a command printed, without the name of the command."""
    last = (output.strip().splitlines() or ["it printed nothing"])[-1]
    return re.sub(r"^(\w+: error|allocation failure): ", "", last)


def _check_status_command(status_command: str, configuration: str) -> None:
    settings = dict(re.findall(r"^(\w+)\s*=\s*(\S+)", configuration, re.M))
    remembered = int(settings.get("MinJobAge", REMEMBERED))
    accounting = settings.get("AccountingStorageType", "").rpartition("/")[2]
    if status_command == "squeue" and remembered < REMEMBERED:
        raise RefusedError(
            f"Slurm forgets finished jobs after {remembered} s (MinJobAge), so `squeue` would miss "
            f"some: set `slurm-status-command: sacct` in {PROFILE}"
        )
    if status_command == "sacct" and accounting == "none":
        raise RefusedError(
            "Slurm has no accounting daemon here, so `sacct` knows of no job: set "
            f"`slurm-status-command: squeue` in {PROFILE}"
        )


def _ask(*command: str) -> tuple[bool, str]:
    """Return whether one of Slurm's commands succeeded, and all that it printed."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except FileNotFoundError:
        raise RefusedError(
            f"`{command[0]}` is not on this machine: run this where Slurm's commands are, or "
            "leave out `--profile slurm`"
        ) from None
    except subprocess.TimeoutExpired:
        return False, "no answer within a minute"
    return result.returncode == 0, result.stdout + result.stderr
