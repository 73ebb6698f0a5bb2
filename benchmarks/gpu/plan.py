"""What is to be done on the GPU machine: stages, and the workflow's own jobs in their order.

The plan is a JSON file, since that machine may have no parser of YAML.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

CARRIED = "carried"  # folder in the repository of all that travels beside it; git ignores it
PLAN = "plan.json"
STATE = Path("results/gpu")  # what a repeated command goes on from
DONE = "done"


@dataclass(frozen=True)
class Job:
    """A job of the workflow.

    Attributes:
        rule: name of its rule.
        wildcards: of its rule, such as dataset, scenario, seed and round.
        words: command line of the script, its path first.
        outputs: files that it writes; once all are there, the job is done.
        log: file for what it says.
        inputs: files that it reads.
    """

    rule: str
    wildcards: dict[str, str]
    words: list[str]
    outputs: list[str]
    log: str
    inputs: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Stage:
    """A part of the plan.

    Attributes:
        name: of the stage.
        minutes: most that it may take.
        module: Python module to run, with `words`; None for a stage of jobs.
        words: arguments of the module.
        jobs: of the workflow, in their order.
        archive: job that copies finished runs to the archive of the sweep; None without one.
        chooses: data set whose training is chosen by the validation accuracy of these jobs.
    """

    name: str
    minutes: float
    module: str | None = None
    words: list[str] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    archive: Job | None = None
    chooses: str | None = None


@dataclass
class Ended:
    """How a stage ended.

    Attributes:
        name: of the stage.
        seconds: that it took.
        end: `DONE`, or why it was not done.
        said: what it printed.
    """

    name: str
    seconds: float
    end: str
    said: str


def write_ended(root: Path, ended: Sequence[Ended]) -> None:
    """Write how the stages ended, for a repeated command to go on."""
    path = root / STATE / "stages.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(stage) for stage in ended], indent=1) + "\n")


def read_ended(root: Path) -> list[Ended]:
    """Return how the stages ended that an earlier command started."""
    path = root / STATE / "stages.json"
    return [Ended(**part) for part in json.loads(path.read_text())] if path.exists() else []


def write_plan(path: Path, stages: Sequence[Stage]) -> None:
    """Write the stages."""
    path.write_text(json.dumps([asdict(stage) for stage in stages], indent=1) + "\n")


def read_plan(path: Path) -> list[Stage]:
    """Return the stages.

    Raises:
        SystemExit: there is no plan.
    """
    try:
        stages = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise SystemExit(
            f"error: {path}: {error}; `python -m benchmarks.gpu.pack` makes it, where Snakemake is"
        ) from error
    return [_stage(part) for part in stages]


def _stage(part: dict[str, Any]) -> Stage:
    archive = part.pop("archive")
    jobs = [Job(**job) for job in part.pop("jobs")]
    return Stage(**part, jobs=jobs, archive=Job(**archive) if archive else None)


def in_order(jobs: Iterable[Job], first: Sequence[str]) -> Iterator[Job]:
    """Yield some jobs, and those that they need, each after those that it needs.

    Args:
        jobs: of a workflow.
        first: files that are wanted, the one that is needed first at the front.
    """
    makes = {file: job for job in jobs for file in job.outputs}
    done: set[int] = set()

    def visit(job: Job) -> Iterator[Job]:
        if id(job) in done:
            return
        done.add(id(job))
        for file in job.inputs:
            if file in makes:
                yield from visit(makes[file])
        yield job

    for file in first:
        yield from visit(makes[file])
