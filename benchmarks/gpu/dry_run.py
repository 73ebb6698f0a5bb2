"""The jobs of a sweep as Snakemake would run them, read from what a dry run prints."""

import re
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.gpu.plan import Job

RULE = re.compile(r"^ *(?:local)?rule (\w+):$", re.M)
DATE = re.compile(r"^ *\[\w{3} \w{3} [\d :]+\].*$", re.M)  # above each job, or group of jobs
SHELL = "Shell command: python "
# The cost model comes in a variable. It changes no answer, and hours are counted again from what
# was asked when metrics are gathered.
COSTS = ["--costs", "$CBAL_COSTS"]


def jobs_of(folder: Path, settings: Path, sweep: str, target: str = "all") -> list[Job]:
    """Return the jobs of a sweep's target in a folder where nothing has been computed.

    Args:
        folder: copy of the project's sources.
        settings: YAML file that is laid over `config.yaml`.
        sweep: name of the sweep.
        target: of the workflow.

    Raises:
        SystemExit: Snakemake ends with an error.
    """
    command = ["snakemake", target, "--cores", "1", "--dry-run", "--printshellcmds"]
    command += ["--configfile", str(settings), "--config", f"sweep={sweep}"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    text = result.stdout + result.stderr
    if result.returncode:
        raise SystemExit(f"error: the dry run of the sweep {sweep} failed:\n{text[-2000:]}")
    return [_job(block) for block in DATE.split(text) if SHELL in block]


def _job(block: str) -> Job:
    """Return a job from the lines that a dry run prints of it."""
    command = block.partition(SHELL)[2].partition("\n\n")[0]
    words, _, log = command.partition(" > ")
    return Job(
        rule=RULE.search(block)[1],
        wildcards=dict(pair.split("=", 1) for pair in _listed(block, "wildcards")),
        words=_without(COSTS, shlex.split(words)),
        outputs=_listed(block, "output"),
        log=shlex.split(log)[0],
        inputs=_listed(block, "input"),
    )


def _listed(block: str, name: str) -> list[str]:
    """Return the entries of a line such as `    output: one, two`."""
    found = re.search(rf"^ *{name}: (.*)$", block, re.M)
    return found[1].split(", ") if found else []


def _without(part: Sequence[str], words: list[str]) -> list[str]:
    """Return the words without a part of them, where it occurs."""
    for at in range(len(words)):
        if words[at : at + len(part)] == list(part):
            return words[:at] + words[at + len(part) :]
    return words
