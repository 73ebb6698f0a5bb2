"""Print where a sweep stands, from the files alone: also while it runs, here or elsewhere.

python -m workflow.operation.status            the sweep named in config.yaml
python -m workflow.operation.status paper      another one
"""

import argparse
import sys
import time
from itertools import groupby
from pathlib import Path

import yaml

from workflow.operation.presence import living
from workflow.operation.standing import Run, duration, runs_of
from workflow.planning.settings import SettingsError, check

RECENT = 3600  # seconds: what is older tells nothing of the present pace


def describe(name: str, runs: list[Run], now: float) -> list[str]:
    """Return the lines of a sweep's status.

    Args:
        name: of the sweep.
        runs: of the sweep, see `runs_of`.
        now: POSIX time.
    """
    done, total = sum(run.done for run in runs), sum(len(run.finished) for run in runs)
    lines = [f"sweep {name}: {done} of {total} rounds done ({done / total:.0%})"]
    for (dataset, scenario), group in groupby(runs, key=lambda run: run.whose):
        members = list(group)
        of_all = f"{sum(run.done for run in members)}/{sum(len(run.finished) for run in members)}"
        seeds = ", ".join(f"seed {run.seed}: {run.done}" for run in members)
        lines.append(f"  {dataset:<16} {scenario:<20} {of_all:>8}   {seeds}")
    times = sorted(time for run in runs for time in run.finished if time is not None)
    if times:
        lines.append(f"last round finished {duration(now - times[-1])} ago")
    recent = [time for time in times if now - time < RECENT]
    if len(recent) > 1 and done < total:
        left = (now - recent[0]) / (len(recent) - 1) * (total - done)
        lines.append(f"at the pace since {_clock(recent[0])} about {duration(left)} left")
    return lines


def under_way(runs: list[Run], root: Path, now: float) -> list[str]:
    """Return what the training jobs of the runs' next rounds said last, if it is recent."""
    lines = []
    for run in runs:
        if run.done == len(run.finished):
            continue
        log = root / "logs" / run.folder(run.done + 1) / "train.log"
        try:
            said = log.read_text().splitlines()
            age = now - log.stat().st_mtime
        except OSError:
            continue
        if said and age < RECENT:
            name = f"{run.dataset} {run.scenario} seed {run.seed} round {run.done + 1}"
            lines.append(f"  {name}: {said[-1]} ({duration(age)} ago)")
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
    now, runs = time.time(), runs_of(config["sweeps"][config["sweep"]])
    print(*describe(config["sweep"], runs, now), sep="\n")
    training = under_way(runs, Path(), now)
    if training:
        print("training:", *training, sep="\n")
    here = living()[0]
    print(*(f"at work: {who}" for who in here or ["nobody"]), sep="\n")


if __name__ == "__main__":
    main()
