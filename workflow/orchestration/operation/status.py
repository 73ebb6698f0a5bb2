"""Print the status of a sweep from its files, also while it runs, here or on another host.

python -m orchestration.operation.status            the sweep named in config.yaml
python -m orchestration.operation.status paper      another one
"""

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import groupby
from pathlib import Path

import yaml

from cbal.stopping.rules import rule_of
from cbal.storage.paths import LOGS, TRAINING_LOG
from cbal.wording import counted
from orchestration.operation.leftovers import slurm_jobs
from orchestration.operation.outlook import outlook_of
from orchestration.operation.presence import find_processes
from orchestration.operation.standing import Run, duration, runs_of
from orchestration.planning.settings import SettingsError, check


def describe(
    name: str,
    runs: list[Run],
    now: float,
    since: float | None = None,
    outlook: Callable[[list[Run]], str | None] = lambda runs: None,
) -> list[str]:
    """Return the lines of a sweep's status.

    Args:
        name: name of the sweep.
        runs: runs of the sweep, as `runs_of` returns them.
        now: POSIX time.
        since: POSIX time at which the running workflow started; None if none runs.
        outlook: returns what to say of another round of the runs of a data set and scenario.
    """
    done, total = sum(run.done for run in runs), sum(len(run.finished) for run in runs)
    lines = [f"sweep {name}: {done} of {counted(total, 'round')} done ({done / total:.0%})"]
    archived = sum(run.done for run in runs if run.is_archived)
    if archived:
        lines[0] += f", {archived} of them archived"
    for (dataset, scenario), group in groupby(runs, key=lambda run: run.whose):
        members = list(group)
        of_all = f"{sum(run.done for run in members)}/{sum(len(run.finished) for run in members)}"
        seeds = ", ".join(f"seed {run.seed}: {run.done}" for run in members)
        lines.append(f"  {dataset:<16} {scenario:<20} {of_all:>8}   {seeds}")
        said = outlook(members)
        lines += [f"    {said}"] if said else []
    computed = (run for run in runs if not run.is_archived)
    times = sorted(time for run in computed for time in run.finished if time is not None)
    if times:
        lines.append(f"last round finished {duration(now - times[-1])} ago")
    lately = sum(time > since for time in times) if since else 0
    if lately and done < total:
        left = (now - since) / lately * (total - done)
        lines.append(f"at the pace since {_clock(since)} about {duration(left)} left")
    return lines


def under_way(runs: list[Run], root: Path, now: float, since: float) -> list[str]:
    """Return the last log line of each training job that runs now.

    Args:
        runs: runs of the sweep, as `runs_of` returns them.
        root: the folder that has `logs/`.
        now: POSIX time.
        since: POSIX time; older logs are ignored.
    """
    lines = []
    for run in runs:
        if run.done == len(run.finished):
            continue
        log = root / LOGS / run.folder(run.done + 1) / TRAINING_LOG
        try:
            said = log.read_text().splitlines()
            written = log.stat().st_mtime
        except OSError:
            continue
        if said and written > since:
            name = f"{run.dataset} {run.scenario} seed {run.seed} round {run.done + 1}"
            lines.append(f"  {name}: {said[-1]} ({duration(now - written)} ago)")
    return lines


def _clock(when: float) -> str:
    return time.strftime("%H:%M", time.localtime(when))


def main() -> None:
    """Print the status."""
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("sweep", nargs="?", help="name of a sweep; by default that of config.yaml")
    arguments = cli.parse_args()
    config = yaml.safe_load(Path("config.yaml").read_text())
    if arguments.sweep:
        config["sweep"] = arguments.sweep
    try:
        check(config)
    except SettingsError as error:
        sys.exit(f"config.yaml: {error}")
    sweep = config["sweeps"][config["sweep"]]
    now, runs = time.time(), runs_of(sweep)
    rule = rule_of(sweep["stop"]) if sweep["stop"] else None
    here = find_processes()[0]
    since = min((other.started for other in here if other.is_running), default=None)
    outlook = partial(outlook_of, rule=rule)
    print(*describe(config["sweep"], runs, now, since, outlook), sep="\n")
    if since:
        training = under_way(runs, Path(), now, since)
        if training:
            print("training:", *training, sep="\n")
    print(*(f"at work: {other}" for other in here or ["nobody"]), sep="\n")
    jobs = [] if here else slurm_jobs(Path())
    if jobs:
        print(f"Slurm jobs that a crashed run left: {', '.join(jobs)}; the next run ends them")


if __name__ == "__main__":
    main()
