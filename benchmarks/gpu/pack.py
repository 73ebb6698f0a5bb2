"""Make the folder that is carried to a GPU machine: data, weights, and the plan of all jobs.

It runs where Snakemake is. `--rehearsal` makes a tiny plan that needs no data, for
`python -m benchmarks.gpu --cpu`.
"""

import argparse
import re
import shlex
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml

from benchmarks.checkouts import copy_sources
from benchmarks.gpu.dry_run import jobs_of
from benchmarks.gpu.plan import CARRIED, PLAN, Job, Stage, in_order, write_plan
from benchmarks.processes import ROOT

# What a stage of jobs is made for. All else is only done where one of these needs it.
WANTED = ("train_supervised", "train_trial", "train", "train_last", "finish_run")
HERE = Path(__file__).parent


def main(argv: Sequence[str] | None = None) -> None:
    """Copy what is carried, and write the plan."""
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("--eurosat", type=Path, help="EuroSAT.zip")
    cli.add_argument("--cifar10", type=Path, help="folder; without it CIFAR-10 is left out")
    cli.add_argument("--weights", type=Path, help="torchvision's file, resnet18-f37072fd.pth")
    cli.add_argument("--rehearsal", action="store_true", help="tiny numbers, no data")
    cli.add_argument("--to", type=Path, default=ROOT / CARRIED, help="folder to make")
    arguments = cli.parse_args(argv)
    if not (arguments.rehearsal or (arguments.eurosat and arguments.weights)):
        cli.error("--eurosat and --weights are needed, or --rehearsal")
    file = HERE / ("rehearsal.yaml" if arguments.rehearsal else "full.yaml")
    what = yaml.safe_load(file.read_text())
    arguments.to.mkdir(parents=True, exist_ok=True)
    if not arguments.rehearsal:
        carry(arguments, what)
    stages = plan(what, arguments.to)
    write_plan(arguments.to / PLAN, stages)
    for stage in stages:
        print(f"{stage.name}: {stage.module or f'{len(stage.jobs)} jobs'}")
    print(f"{arguments.to}: ready; docs/offline.md says how to go on")


def carry(arguments: argparse.Namespace, what: dict[str, Any]) -> None:
    """Copy data and weights to where the settings look for them.

    Without CIFAR-10 its stage and its settings are taken out.
    """
    datasets = what["settings"]["datasets"]
    if not arguments.cifar10:
        del datasets["cifar10"]
        what["stages"] = [stage for stage in what["stages"] if stage["name"] != "cifar10"]
    else:
        _copy(arguments.cifar10, arguments.to / Path(datasets["cifar10"]["path"]).name)
    _copy(arguments.eurosat, arguments.to / Path(datasets["eurosat"]["path"]).name)
    # TORCH_HOME is set to the folder, and torchvision checks the file by its name.
    _copy(arguments.weights, arguments.to / "torch/hub/checkpoints" / arguments.weights.name)


def _copy(given: Path, to: Path) -> None:
    if not given.exists():
        raise SystemExit(f"error: {given} is not there")
    to.parent.mkdir(parents=True, exist_ok=True)
    if given.is_dir():
        shutil.copytree(given, to, dirs_exist_ok=True, copy_function=shutil.copyfile)
    else:
        shutil.copyfile(given, to)


def plan(what: dict[str, Any], carried: Path) -> list[Stage]:
    """Return the stages, with their jobs as a dry run of the workflow says.

    Args:
        what: a file such as `full.yaml`.
        carried: folder with the data.
    """
    with tempfile.TemporaryDirectory() as folder:
        # In a copy, so that what is computed here already is planned too.
        fresh, settings = Path(folder, "fresh"), Path(folder, "settings.yaml")
        copy_sources(fresh)
        (fresh / CARRIED).symlink_to(carried.resolve())
        settings.write_text(yaml.safe_dump(what["settings"]))
        jobs = cache(partial(jobs_of, fresh, settings))
        return [_stage(part, jobs) for part in what["stages"]]


def _stage(part: dict[str, Any], jobs: Callable[[str, str], list[Job]]) -> Stage:
    """Return a stage; `jobs` returns those of a sweep's target."""
    of_stage = Stage(part["name"], part["minutes"])
    if "module" in part:
        return replace(of_stage, module=part["module"], words=shlex.split(part["words"]))
    sweep, target = part["sweep"], part.get("target", "all")
    every = jobs(sweep, target)
    wanted = [job for job in every if job.rule in part.get("rules", WANTED)]
    first = [job.outputs[0] for job in sorted(wanted, key=_rank)]
    stage = replace(of_stage, jobs=list(in_order(every, first)), chooses=part.get("chooses"))
    if any(job.rule == "finish_run" for job in stage.jobs) and part.get("archive", True):
        (archive,) = jobs(sweep, "archive")
        stage = replace(stage, archive=archive)
    return stage


def _rank(job: Job) -> tuple[int, bool, str]:
    """Return the place of a job: round by round, so that all scenarios get equally far.

    Each run is finished as soon as its last round is there.
    """
    finishes = job.rule == "finish_run"
    numbers = re.findall(r"/round-(\d+)/", " ".join(job.inputs if finishes else job.outputs))
    return max(map(int, numbers), default=0), not finishes, job.outputs[0]


if __name__ == "__main__":
    main()
